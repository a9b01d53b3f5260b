/** Start of a log directory: what is on disk becomes open partitions, in an order that a crash at any point leaves startable. */
import type { Clock, Disk, Logger } from "../ports.ts"
import { markKey, readCleanShutdown, readRecoveryPoints, removeCleanShutdown } from "./checkpoints.ts"
import { readCorruptRanges, writeCorruptRanges } from "./data-dir.ts"
import type { Frontier } from "./frontier.ts"
import type { RecoveryReport } from "./model.ts"
import { clearDir, isLeftoverDir, parsePartitionDir, readTopicId } from "./partition-dir.ts"
import type { PartitionIdentity } from "./partition-state.ts"
import { Quarantine } from "./quarantine.ts"
import { type OpenedLog, recoverPartition } from "./recovery.ts"

export interface OpenInput {
  disk: Disk
  clock: Clock
  logger: Logger
  frontier: Frontier
  indexIntervalBytes: number
  isInternal: (topic: string) => boolean
}

export interface OpenedDir {
  logs: { id: PartitionIdentity; path: string; log: OpenedLog }[]
  quarantine: Quarantine
  report: RecoveryReport
  /** Wall clock when the directory was last known to be in use. */
  lastSeenMs: number | null
}

/** Partitions are independent of each other; more at once would only queue in the thread pool. */
const parallelRecoveries = 6

export async function openLogs(input: OpenInput): Promise<OpenedDir> {
  const { disk, clock, logger, frontier } = input
  const started = clock.monotonic()
  // What a killed process renamed is visible before it is durable; from here on it is both.
  await disk.syncDir("")
  const points = await readRecoveryPoints(disk)
  const clean = await readCleanShutdown(disk)
  const corruptRanges = await readCorruptRanges(disk)
  await removeCleanShutdown(disk)
  const quarantine = new Quarantine(disk, clock)
  const report = emptyReport(clean !== null)
  const pointsBy = new Map(points?.partitions.map((mark) => [markKey(mark), mark.offset]))
  const cleanBy = new Map(clean?.partitions.map((mark) => [markKey(mark), mark]))
  const logs: OpenedDir["logs"] = []

  async function openOne(name: string): Promise<void> {
    const place = parsePartitionDir(name)
    if (place === null) return
    const topicId = await readTopicId(disk, name)
    if (topicId === null) return quarantine.move(name)
    const id = { ...place, topicId }
    const log = await recoverPartition({
      disk,
      id,
      dir: name,
      frontier: frontier.get(topicId, id.index),
      recoveryPoint: pointsBy.get(markKey(id)) ?? 0,
      clean: cleanBy.get(markKey(id)),
      knownCorruptions: corruptRanges.filter((range) => range.topic === id.topic && range.index === id.index),
      indexIntervalBytes: input.indexIntervalBytes,
      isInternal: input.isInternal(id.topic),
      quarantine,
      report,
    })
    logs.push({ id, path: name, log })
  }

  const names = await disk.list("")
  for (const name of names) if (isLeftoverDir(name)) await clearDir(disk, name)
  const queue = names.sort().values()
  const worker = async (): Promise<void> => {
    for (const name of queue) await openOne(name)
  }
  await Promise.all(Array.from({ length: parallelRecoveries }, worker))
  for (const { id, log } of logs) {
    frontier.note({ topicId: id.topicId, index: id.index, leaderEpoch: log.epochs.latest, logStart: log.logStart, durable: log.end })
  }
  await frontier.rotate()
  if (report.corruptions.length > 0)
    await writeCorruptRanges(
      disk,
      logs.flatMap(({ log }) => log.corruptRanges),
    )
  report.quarantined.push(...quarantine.names)
  report.partitions = logs.length
  report.durationMs = clock.monotonic() - started
  tell(logger, report)
  return { logs, quarantine, report, lastSeenMs: clean?.wallMs ?? points?.wallMs ?? null }
}

function emptyReport(cleanStart: boolean): RecoveryReport {
  return {
    cleanStart,
    partitions: 0,
    durationMs: 0,
    scannedBytes: 0,
    rewrittenBytes: 0,
    truncations: [],
    corruptions: [],
    quarantined: [],
  }
}

function tell(logger: Logger, report: RecoveryReport): void {
  const { truncations, corruptions, quarantined, ...figures } = report
  logger.info({ ...figures, truncations: truncations.length }, "log directory opened")
  for (const cut of truncations) logger.warn({ ...cut }, "torn tail cut")
  for (const range of corruptions) logger.error({ ...range }, "acknowledged data is damaged and will not be served")
  for (const name of quarantined) logger.warn({ name }, "set aside in quarantine")
}
