/**
 * Judges a run by what clients saw and by one final read of everything. Knows nothing of the broker. Each rule is a function of the run
 * and answers what it found. C17 (`compaction-rule.ts`) and C18 (`audit.ts`) look at logs and files instead and are asked separately.
 */
import type { Anomaly, Run } from "./history.ts"
import { groupFaults, leftovers, skippedOrRepeated, undocumentedErrors, wrongLookUps } from "./reader-rules.ts"
import { doubledValues, failedValues, fallingWatermarks, isValid, lostAcks, twoValues, vanishedReads } from "./record-rules.ts"
import {
  disorderInTransactions,
  fencedWrites,
  hangingTransactions,
  readCycles,
  tornTransactions,
  wrongCopies,
} from "./transaction-rules.ts"

const rules: readonly ((run: Run) => Anomaly[])[] = [
  isValid,
  lostAcks,
  twoValues,
  doubledValues,
  failedValues,
  tornTransactions,
  readCycles,
  skippedOrRepeated,
  disorderInTransactions,
  vanishedReads,
  fallingWatermarks,
  fencedWrites,
  hangingTransactions,
  wrongCopies,
  groupFaults,
  wrongLookUps,
  undocumentedErrors,
  leftovers,
]

export const checkRun = (run: Run): Anomaly[] => rules.flatMap((rule) => rule(run))
