import type { ConsumerOptions } from "./types.ts"

/** Options with their defaults, as the parts of the consumer use them. */
export type ConsumerSettings = Omit<Required<ConsumerOptions>, "groupId" | "instanceId"> & {
  groupId: string | null
  instanceId: string | null
  maxDecompressedBytes: number
}

export function consumerSettings(options: ConsumerOptions & { maxDecompressedBytes: number }): ConsumerSettings {
  return {
    groupId: options.groupId ?? null,
    instanceId: options.instanceId ?? null,
    assignors: options.assignors ?? ["range", "cooperative-sticky"],
    sessionTimeoutMs: options.sessionTimeoutMs ?? 45_000,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 3_000,
    maxPollIntervalMs: options.maxPollIntervalMs ?? 300_000,
    autoCommitIntervalMs: options.autoCommitIntervalMs ?? null,
    offsetReset: options.offsetReset ?? "latest",
    isolation: options.isolation ?? "read_uncommitted",
    maxBufferedBytes: options.maxBufferedBytes ?? 32 * 1024 * 1024,
    maxPartitionBytes: options.maxPartitionBytes ?? 1024 * 1024,
    maxWaitMs: options.maxWaitMs ?? 500,
    minFetchBytes: options.minFetchBytes ?? 1,
    maxPollRecords: options.maxPollRecords ?? 500,
    maxDecompressedBytes: options.maxDecompressedBytes,
  }
}
