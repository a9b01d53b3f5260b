// Values of topic configs in words, and what a change of them can break.
import { settingBytesWords, settingDurationWords } from "../../words.ts"

/** "604800000" of `retention.ms` → "7 d". A value that no unit fits stays as it is. */
export function configWords(name: string, value: string): string {
  const number = Number(value)
  if (value === "" || !Number.isSafeInteger(number)) return number > Number.MAX_SAFE_INTEGER ? "unlimited" : value
  if (name === "retention.bytes") return number < 0 ? "unlimited" : settingBytesWords(number)
  if (isDuration(name)) return settingDurationWords(number)
  return name.endsWith(".bytes") ? settingBytesWords(number) : value
}

function isDuration(name: string): boolean {
  return name.endsWith(".ms") && name !== "message.timestamp.type"
}

const risks: Readonly<Record<string, string>> = {
  "retention.ms": "A shorter time makes older records deletable; what is deleted does not come back.",
  "retention.bytes": "A smaller size makes the oldest records deletable; what is deleted does not come back.",
  "cleanup.policy": "compact keeps only the newest record of each key and refuses records without one; delete removes by age and size.",
  "min.insync.replicas": "Above the number of live replicas, writes with acks=all are refused.",
  "max.message.bytes": "A smaller size refuses batches that were taken before; consumers need buffers for a larger one.",
  "unclean.leader.election.enable": "true lets a replica lead that lacks acknowledged records: they are lost.",
  "message.timestamp.type": "Records get another clock's time from then on; retention and seeks by time follow it.",
  "segment.bytes": "Retention removes whole segments: larger ones are kept longer.",
}

export function configRisk(name: string): string | null {
  return risks[name] ?? null
}
