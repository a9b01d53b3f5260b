// What the HTTP source and the HTTP sink have in common.
import { z } from "zod"
import { int, text, textMap } from "../kit/fields.ts"

export const httpMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const

export function httpEndpoint(method: (typeof httpMethods)[number]) {
  return {
    url: text({ min: 1, max: 2048, pattern: /^https?:\/\//, accepts: "an http:// or https:// address" }),
    method: z.enum(httpMethods).default(method),
    headers: textMap({ max: 50, maxValue: 2048 }).describe("Headers; secret ones come from the Secret.").optional(),
    timeoutMs: int(1, 600_000).default(30_000),
  }
}
