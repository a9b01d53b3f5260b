import type { ConfigRow } from "../../trpc/types.ts"

export const sourceWords: Record<ConfigRow["source"], string> = {
  resource: "resource",
  topic: "topic",
  broker: "broker, dynamic",
  static: "broker, static",
  default: "default",
}
