// What each panel of a screen is made of. A chart asks for a panel; which series that means is decided here and nowhere else.
import type { z } from "zod"
import type { Panel, unit } from "../../routers/metrics/schema.ts"
import { metric } from "./names.ts"
import type { Labels } from "./series-book.ts"

export interface Line {
  metric: string
  where?: Labels
  /** Label by which series are told apart; absent: there is one. */
  by?: string
  /** Words of the legend, for a line of its own. */
  name?: string
}

export interface PanelQuery {
  unit: z.output<typeof unit>
  lines: Line[]
  /** Series shown at most, highest first. */
  top: number
  /** A whole that the lines fill: its newest value is drawn. */
  capacity?: { metric: string; label: string }
  /** Kind of the alert rules that watch it. */
  ruleKinds: readonly string[]
  /** What a legend's link leads to. */
  links: "topic" | "group" | null
}

export interface PanelSubject {
  topic?: string
  group?: string
}

export function panelQuery(panel: Panel, { topic, group }: PanelSubject): PanelQuery {
  switch (panel) {
    case "throughput":
      return topic === undefined
        ? plain("bytes-per-second", [
            { metric: metric.bytesIn, name: "In" },
            { metric: metric.bytesOut, name: "Out" },
          ])
        : plain("bytes-per-second", [
            { metric: metric.topicBytesIn, where: { topic }, name: "In" },
            { metric: metric.topicBytesOut, where: { topic }, name: "Out" },
          ])
    case "records":
      return plain("records-per-second", [
        topic === undefined ? { metric: metric.recordsIn, name: "In" } : { metric: metric.topicRecordsIn, where: { topic }, name: "In" },
      ])
    case "lag-records":
      return lag("records", metric.groupLagRecords, group)
    case "lag-seconds":
      return lag("seconds", metric.groupLagSeconds, group)
    case "disk":
      return {
        ...plain("bytes", [{ metric: metric.storageUsed, by: "pod" }]),
        top: 3,
        capacity: { metric: metric.storageTotal, label: "capacity" },
        ruleKinds: ["diskUsageHigh", "diskFull"],
      }
    case "size":
      return topic === undefined
        ? { ...plain("bytes", [{ metric: metric.topicSize, by: "topic" }]), top: 5, links: "topic" }
        : plain("bytes", [{ metric: metric.topicSize, where: { topic }, name: topic }])
    case "latency":
      return { ...plain("seconds", [{ metric: metric.requestP99, by: "api" }]), ruleKinds: ["latency"] }
    case "connections":
      return plain("count", [{ metric: metric.connections, by: "pod" }])
  }
}

function plain(of: PanelQuery["unit"], lines: Line[]): PanelQuery {
  return { unit: of, lines, top: 6, ruleKinds: [], links: null }
}

function lag(of: "records" | "seconds", name: string, group: string | undefined): PanelQuery {
  const ruleKinds = of === "records" ? ["highLag"] : ["lagSeconds"]
  if (group !== undefined) return { ...plain(of, [{ metric: name, where: { group }, name: group }]), ruleKinds }
  return { ...plain(of, [{ metric: name, by: "group" }]), top: 5, ruleKinds, links: "group" }
}
