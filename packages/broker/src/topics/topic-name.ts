// Which names a topic may have. Kafka's rules: they become directory names, and `.` and `_` are the same in metric names.
import { quote } from "../config.ts"

export const clusterMetadataTopic = "__cluster_metadata"
export const consumerOffsetsTopic = "__consumer_offsets"
export const transactionStateTopic = "__transaction_state"
const internalNames: ReadonlySet<string> = new Set([clusterMetadataTopic, consumerOffsetsTopic, transactionStateTopic])

/** Clients never write these; only the broker does. */
export const isInternalTopic = (name: string): boolean => internalNames.has(name)

/** Says what is wrong with a name; undefined when nothing is. */
export function whyBadTopicName(name: string): string | undefined {
  if (name === "") return "A topic name cannot be empty; it takes 1 to 249 characters of a-z, A-Z, 0-9, '.', '_' and '-'"
  if (name === "." || name === "..") return `A topic cannot be called ${quote(name)}`
  if (name.length > 249) return `Topic name ${quote(name)} has ${name.length} characters; 249 is the most`
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) return `Topic name ${quote(name)} may only have the characters a-z, A-Z, 0-9, '.', '_' and '-'`
  return undefined
}

/** Two names collide when they differ only in `.` and `_`. */
export const collisionKey = (name: string): string => name.replaceAll(".", "_")
