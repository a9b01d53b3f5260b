// Values and thresholds of alerts with their units, and what an alert is about.
import { type AlertRule, alerts } from "@rivven/resources"
import type { EntityRef } from "../../view-model.ts"
import { bytesWords, counted, durationWords } from "../../words.ts"
import type { RuleRow } from "./schema.ts"

export function subjectOf(cluster: string, { group, topic, namespace, name }: alerts.Labels): EntityRef {
  if (group !== undefined) return { kind: "group", cluster, name: group }
  if (topic !== undefined) return { kind: "topic", cluster, name: topic }
  if (name !== undefined) return { kind: "resource", cluster, name: namespace === undefined ? name : `${namespace}/${name}` }
  return { kind: "cluster", cluster, name: cluster }
}

/** Topic and partition, as far as the rule's own words leave them out: two partitions of a topic are two alerts. */
export function whereWords(rule: AlertRule, { topic, partition }: alerts.Labels): string {
  const said = alerts.summaryTemplate(rule)
  const parts = [
    ...(topic === undefined || said.includes("$labels.topic ") ? [] : [`topic ${topic}`]),
    ...(partition === undefined || said.includes("$labels.partition ") ? [] : [`partition ${partition}`]),
  ]
  return parts.length === 0 ? "" : `, ${parts.join(", ")}`
}

type Unit = "records" | "seconds" | "ratio" | "bytes" | "partitions" | "days" | "state"

const units: Readonly<Record<AlertRule["kind"], Unit>> = {
  nodeDown: "state",
  highLag: "records",
  diskUsageHigh: "ratio",
  diskFull: "bytes",
  lagSeconds: "seconds",
  lagStalled: "records",
  lossDeadline: "seconds",
  underReplicated: "partitions",
  underMinIsr: "partitions",
  offline: "partitions",
  quorum: "state",
  logDirReadOnly: "state",
  latency: "seconds",
  connectorFailed: "state",
  slotRetention: "bytes",
  certificate: "seconds",
  backupTooOld: "seconds",
  condition: "state",
}

export function valueWords({ kind }: AlertRule, value: number): string {
  return inUnit(units[kind], value)
}

function inUnit(unit: Unit, value: number): string {
  switch (unit) {
    case "records":
      return counted(Math.round(value), "record")
    case "seconds":
      return durationWords(Math.max(0, value) * 1000)
    case "ratio":
      return `${Math.round(value * 1000) / 10} %`
    case "bytes":
      return bytesWords(value)
    case "partitions":
      return counted(value, "partition")
    case "days":
      return `${value} d`
    case "state":
      return String(value)
  }
}

/** The number that a rule compares with; rules that only ask for a state compare with it. */
export function thresholdOf(rule: AlertRule): { value: number; text: string } {
  const { params, kind } = rule
  const value = Number(params.records ?? params.ratio ?? params.seconds ?? params.bytes ?? 0)
  return { value, text: units[kind] === "state" ? "" : inUnit(units[kind], value) }
}

export function paramWords({ params, kind }: AlertRule): RuleRow["params"] {
  return Object.entries(params).flatMap(([name, value]) => {
    if (typeof value === "number")
      return [{ name, value, text: name === "days" || name === "hours" ? `${value} ${name}` : inUnit(units[kind], value) }]
    return typeof value === "string" ? [{ name, value: 0, text: value }] : []
  })
}
