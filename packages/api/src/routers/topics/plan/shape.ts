// A topic as the broker sees it: what a spec asks for, and what is there.
import { type RivvenTopicSpec, topicConfigKeys } from "@rivven/resources"
import { configValue } from "../../../sources/broker/topic-configs.ts"
import type { ObservedTopic } from "./observed.ts"

export interface TopicShape {
  /** Undefined: the cluster's default, or what is there already. */
  partitions: number | undefined
  replicationFactor: number | undefined
  /** By the names of Kafka. */
  configs: ReadonlyMap<string, string>
}

export function wantedShape({ partitions, replicationFactor, config }: RivvenTopicSpec): TopicShape {
  const { custom = {}, ...dedicated } = config
  const configs = new Map<string, string>()
  for (const [field, value] of Object.entries(dedicated))
    if (value !== undefined) configs.set(topicConfigKeys[field as keyof typeof topicConfigKeys], String(value))
  for (const [name, value] of Object.entries(custom)) configs.set(name, value)
  return { partitions, replicationFactor, configs }
}

export function observedShape({ topic, configs }: ObservedTopic): TopicShape {
  return {
    partitions: topic?.partitions,
    replicationFactor: topic?.replicationFactor,
    configs: new Map(configs.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const]))),
  }
}

export interface ConfigEdit {
  name: string
  from: string | undefined
  to: string
}

/** Configs of the wanted shape whose effective value is another one. */
export function changedConfigs(observed: ObservedTopic, { configs }: TopicShape): ConfigEdit[] {
  return [...configs].flatMap(([name, to]) => {
    const from = configValue(observed.configs, name)
    return from === to || isSameList(from, to) ? [] : [{ name, from, to }]
  })
}

/** `delete,compact` and `compact,delete` are the same policy. */
function isSameList(a: string | undefined, b: string): boolean {
  const sort = (text: string): string => text.split(",").sort().join()
  return a?.includes(",") === true && sort(a) === sort(b)
}
