// The rules that every console has. They cannot be edited: a change is a copy under its own name.
import { type AlertRule, alertRule } from "./rules.ts"

/** Exactly the three of the user guide. */
export const guideRules: readonly AlertRule[] = [
  alertRule({ name: "RivvenNodeDown", kind: "nodeDown" }),
  alertRule({ name: "RivvenHighLag", kind: "highLag" }),
  alertRule({ name: "RivvenDiskUsageHigh", kind: "diskUsageHigh" }),
]

export const furtherRules: readonly AlertRule[] = [
  alertRule({ name: "RivvenDiskFullSoon", kind: "diskFull" }),
  alertRule({ name: "RivvenConsumerStalled", kind: "lagStalled" }),
  alertRule({ name: "RivvenConsumerLosesData", kind: "lossDeadline" }),
  alertRule({ name: "RivvenUnderReplicated", kind: "underReplicated" }),
  alertRule({ name: "RivvenUnderMinIsr", kind: "underMinIsr" }),
  alertRule({ name: "RivvenOffline", kind: "offline" }),
  alertRule({ name: "RivvenQuorumUnhealthy", kind: "quorum" }),
  alertRule({ name: "RivvenLogDirReadOnly", kind: "logDirReadOnly" }),
  alertRule({ name: "RivvenConnectTaskFailed", kind: "connectorFailed" }),
  alertRule({ name: "RivvenSlotRetentionHigh", kind: "slotRetention" }),
  alertRule({ name: "RivvenCertificateExpires", kind: "certificate" }),
  alertRule({ name: "RivvenBackupTooOld", kind: "backupTooOld" }),
  alertRule({ name: "RivvenTopicNotReady", kind: "condition", params: { kind: "RivvenTopic", type: "Ready" } }),
  alertRule({ name: "RivvenDriftDetected", kind: "condition", params: { kind: "RivvenTopic", type: "Drifted" } }),
  alertRule({ name: "RivvenPositionLost", kind: "condition", params: { kind: "RivvenConnect", type: "PositionLost" } }),
]

export const builtInRules: readonly AlertRule[] = [...guideRules, ...furtherRules]
