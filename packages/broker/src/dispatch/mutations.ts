// Partitions that a request makes or deletes, against the sender's controller mutation rate (KIP-599).
import type { Refused } from "../log/model.ts"
import { refuse } from "../topics/refusal.ts"
import type { RequestContext } from "./define-handler.ts"

/** Versions that know THROTTLING_QUOTA_EXCEEDED are refused when nothing is left; older ones only wait. */
export function spendMutations(
  partitions: number,
  { firstStrictVersion }: { firstStrictVersion: number },
  { quotas, consumer, apiVersion, throttle }: RequestContext,
): Refused | null {
  const isStrict = apiVersion >= firstStrictVersion
  const result = quotas.mutate(consumer, partitions, { isStrict })
  if (result.ok) return null
  throttle("mutation", result.throttleMs)
  return isStrict ? refuse("THROTTLING_QUOTA_EXCEEDED", "The throttling quota has been exceeded.") : null
}
