import { z } from "zod"
import { envelope, epochMs, numberCell, textCell } from "../../envelope.ts"
import { clusterName, condition, entityRef, problem, sentence, status } from "../../view-model.ts"

export const clusterInput = z.object({ cluster: clusterName })

/** Colour band of the shell, from the label `rivven.io/environment` of the resource. */
export const environment = z.enum(["prod", "stage", "dev"])

export const clusterRow = z.object({
  name: clusterName,
  namespace: z.string(),
  environment: environment.nullable(),
  status,
  /** Why it is not `ok`, in one sentence; empty when it is. */
  reason: z.string(),
  /** Phase of the resource: `Running`, `Failed`, … */
  phase: z.string(),
  /** Not run by us: known by its address only. */
  isExternal: z.boolean(),
  engine: z.enum(["embedded", "kafka"]).nullable(),
  version: z.string().nullable(),
  brokers: numberCell,
  topics: numberCell,
  groups: numberCell,
  alertsFiring: numberCell,
})
export type ClusterRow = z.output<typeof clusterRow>
export const list = envelope(z.array(clusterRow))

export const broker = z.object({
  id: z.int(),
  host: z.string(),
  port: z.int(),
  rack: z.string().nullable(),
  isController: z.boolean(),
})
export const clusterDetails = clusterRow.extend({
  clusterId: textCell,
  brokerList: z.array(broker),
  conditions: z.array(condition),
  bootstrapServers: z.array(z.string()),
  createdAt: epochMs.nullable(),
})
export type ClusterDetails = z.output<typeof clusterDetails>
export const get = envelope(clusterDetails)

const tile = z.object({
  status,
  value: numberCell,
  /** Of how many; null when it has no whole. */ of: numberCell.nullable(),
  note: z.string(),
})

export const overview = envelope(
  z.object({
    /** "At risk.", "Healthy.", … */
    verdict: z.object({ status, lead: z.string(), sentence, note: z.string() }),
    tiles: z.object({
      topics: tile,
      partitionsOffline: tile,
      partitionsUnderReplicated: tile,
      groups: tile,
      groupsStalled: tile,
      alertsFiring: tile,
      brokers: tile,
    }),
    throughput: z.object({
      bytesInPerSecond: numberCell,
      bytesOutPerSecond: numberCell,
      recordsInPerSecond: numberCell,
    }),
    disk: z.object({
      status,
      usedBytes: numberCell,
      totalBytes: numberCell,
      /** Until it is full at the rate of the last hours; null when it is not filling. */
      msToFull: z.number().nullable(),
      isReadOnly: z.boolean(),
    }),
    lag: z.object({
      totalRecords: numberCell,
      /** Worst first, five at most. */
      worst: z.array(z.object({ group: z.string(), lagRecords: numberCell, lagSeconds: numberCell, status })),
    }),
    /** Topics with the highest rate in, five at most. */
    busiest: z.array(z.object({ topic: z.string(), bytesInPerSecond: z.number() })),
  }),
)
export type Overview = z.output<typeof overview>

export const problemRow = problem.extend({
  /** Unique within the list. */
  id: z.string(),
  subject: entityRef,
  /** "billing" or "4 partitions". */
  title: z.string(),
  sentence,
  /** Since when; null when unknown. */
  since: epochMs.nullable(),
})
export type ProblemRow = z.output<typeof problemRow>
/** Worst first. */
export const problems = envelope(
  z.object({ rows: z.array(problemRow), counts: z.object({ topics: z.int(), groups: z.int(), alerts: z.int() }) }),
)

export const connection = envelope(
  z.object({
    bootstrapServers: z.array(z.string()),
    tls: z.boolean(),
    /** SASL mechanism; null when none is needed. */
    saslMechanism: z.string().nullable(),
    clusterId: textCell,
    snippets: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        language: z.enum(["shell", "properties", "python", "java", "javascript"]),
        text: z.string(),
      }),
    ),
  }),
)
