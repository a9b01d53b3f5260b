/** Starting points for a new topic: what people mostly want, by what they use it for. */
export const topicProfiles: { id: string; label: string; help: string; spec: Record<string, unknown> }[] = [
  {
    id: "event",
    label: "event",
    help: "Facts in order, kept for a week.",
    spec: { partitions: 6, config: { cleanupPolicy: "delete", retentionMs: 604_800_000 } },
  },
  {
    id: "compacted",
    label: "compacted",
    help: "The newest record of each key, kept for ever.",
    spec: { partitions: 6, config: { cleanupPolicy: "compact", retentionMs: -1 } },
  },
  {
    id: "queue",
    label: "queue",
    help: "Work to be done, kept for a day.",
    spec: { partitions: 12, config: { cleanupPolicy: "delete", retentionMs: 86_400_000, segmentBytes: 134_217_728 } },
  },
]
