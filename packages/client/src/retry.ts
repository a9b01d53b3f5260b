/**
 * Trying again: one deadline for the whole call, jittered exponential back-off between attempts, and of many items only those that failed
 * with something retriable. Whether a code is retriable, and what has to be looked up anew before, stands in the error table.
 */
import { errors } from "@rivven/protocol"
import { type Deadline, pause } from "./deadline.ts"
import { type ErrorCode, type Failed, type ItemError, type LocalCode, localCodes, type Result } from "./errors.ts"
import type { Clock, Random } from "./ports.ts"

export type RetryPolicy = {
  clock: Clock
  random: Random
  deadline: Deadline
  firstBackoffMs: number
  maxBackoffMs: number
  /** Codes that this call takes as an answer although they are retriable in general. */
  isFinal?: (error: ItemError) => boolean
  /** Called before each further attempt with what failed, to forget stale leaders and coordinators. */
  recover?: (errors: ItemError[]) => void
  signal?: AbortSignal
}

export type ErrorTraits = { hasStaleMetadata: boolean; hasLostCoordinator: boolean }

const connectionCodes: ReadonlySet<ErrorCode> = new Set(["CONNECT_FAILED", "CONNECTION_LOST", "NO_BROKER", "TIMEOUT", "UNKNOWN_BROKER"])

/** Which look-ups an error makes worthless. A broken connection may mean that both moved. */
export function traitsOf(code: ErrorCode): ErrorTraits {
  if (isLocal(code)) {
    const isConnection = connectionCodes.has(code)
    return { hasStaleMetadata: isConnection || code === "NO_LEADER", hasLostCoordinator: isConnection }
  }
  const { flags } = errors[code]
  return { hasStaleMetadata: flags.has("staleMetadata") || code === "NOT_CONTROLLER", hasLostCoordinator: flags.has("lostCoordinator") }
}

const isLocal = (code: ErrorCode): code is LocalCode => code in localCodes

export async function retry<T>(attempt: (attemptNumber: number) => Promise<Result<T>>, policy: RetryPolicy): Promise<Result<T>> {
  const [result] = await retryItems([0], async (_items, attemptNumber) => [await attempt(attemptNumber)], policy)
  return result as Result<T>
}

/** Answers one result per item, in the order of the items. `attempt` gets the items still open and answers in their order. */
export async function retryItems<I, T>(
  items: readonly I[],
  attempt: (items: readonly I[], attemptNumber: number) => Promise<Result<T>[]>,
  policy: RetryPolicy,
): Promise<Result<T>[]> {
  const results: Result<T>[] = new Array(items.length)
  let open = items.map((item, index) => ({ item, index }))
  for (let attemptNumber = 0; open.length > 0; attemptNumber++) {
    const answers = await attempt(
      open.map(({ item }) => item),
      attemptNumber,
    )
    const failures: ItemError[] = []
    const previous = open
    open = []
    answers.forEach((answer, position) => {
      const entry = previous[position]
      if (entry === undefined) return
      results[entry.index] = answer
      if (answer.ok || !mayRetry(answer, policy)) return
      failures.push(answer.error)
      open.push(entry)
    })
    const waitMs = backoffMs(attemptNumber, policy)
    // An attempt needs time of its own after the pause; one cut short would only hide the last reason behind a TIMEOUT.
    if (open.length === 0 || policy.signal?.aborted === true || policy.deadline.leftMs <= 2 * waitMs) break
    policy.recover?.(failures)
    await pause(policy.clock, waitMs, policy.signal)
  }
  return results
}

function mayRetry(answer: Failed, policy: RetryPolicy): boolean {
  return answer.error.retriable && policy.isFinal?.(answer.error) !== true
}

/** Doubles per attempt up to the maximum, then ± 20 %, so that clients which failed together do not come back together. */
export function backoffMs(attemptNumber: number, policy: Pick<RetryPolicy, "firstBackoffMs" | "maxBackoffMs" | "random">): number {
  const base = Math.min(policy.maxBackoffMs, policy.firstBackoffMs * 2 ** Math.min(attemptNumber, 20))
  return base * (0.8 + 0.4 * policy.random.next())
}
