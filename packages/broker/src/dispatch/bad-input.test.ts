// Bad values in well-formed requests, generated from the definitions: every field of every request gets every value that its type allows
// and its meaning does not. Each is answered, with the connection and the process alive.
import { type Field, type Fields, isFlexible } from "@rivven/protocol"
import { randomMessage, seeded } from "@rivven/protocol/testing"
import { describe, expect, it } from "vitest"
import { handlers } from "../handlers/index.ts"
import { startTestBroker } from "../testing/in-process.ts"
import { batchOf, Talk } from "../testing/talk.ts"
import { WireClient } from "../testing/wire-client.ts"

interface BadInput {
  readonly api: (typeof handlers)[number]["api"]
  readonly version: number
  readonly path: string
  readonly body: Record<string, unknown>
}

const badStrings = [
  "",
  ".",
  "..",
  "\u0000",
  "a b",
  "../../etc/passwd",
  "x".repeat(250),
  "x".repeat(30_000),
  "ü🙂",
  "__consumer_offsets",
  "%s%n",
  "{}",
]
const badNumbers: Record<string, readonly number[]> = {
  int8: [-128, -1, 3, 127],
  int16: [-32_768, -2, 2, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, -2, 0, 2_147_483_647],
  int64: [-Number.MAX_SAFE_INTEGER, -6, Number.MAX_SAFE_INTEGER],
}

function badValues(field: Field): readonly unknown[] {
  if (field.kind === "string") return badStrings
  if (field.kind === "uuid") return ["AAAAAAAAAAAAAAAAAAAAAA", "_____________________w"]
  if (field.kind === "records" || field.kind === "bytes") return [new Uint8Array(0), new Uint8Array(70), batchOf(["a"]).subarray(1)]
  if (field.kind === "array") return [[]]
  return badNumbers[field.kind] ?? []
}

/** Every place in the fields of a message, with the values that are bad there. */
function* places(fields: Fields, version: number, path: string[] = []): Generator<{ path: string[]; value: unknown }> {
  for (const [name, field] of Object.entries(fields)) {
    const { since = 0, until = 32_767 } = field.options
    if (version < since || version > until) continue
    for (const value of badValues(field)) yield { path: [...path, name], value }
    const inner = field.kind === "array" ? field.element : field
    if (inner?.kind === "struct") yield* places(inner.fields ?? {}, version, [...path, name])
  }
}

/** Puts the value at its place, in the first element of every array on the way; false when a message has no such place. */
function put(target: Record<string, unknown>, path: readonly string[], value: unknown): boolean {
  const [name, ...rest] = path
  if (name === undefined || !(name in target)) return false
  if (rest.length === 0) {
    target[name] = value
    return true
  }
  const next = Array.isArray(target[name]) ? (target[name] as unknown[])[0] : target[name]
  return typeof next === "object" && next !== null && put(next as Record<string, unknown>, rest, value)
}

function* badInputs(): Generator<BadInput> {
  const random = seeded(4_711)
  for (const { api, versions, accepts = versions } of handlers) {
    const version = accepts[1]
    for (const { path, value } of places(api.request, version)) {
      const body = randomMessage(api.request, version, random)
      if (put(body, path, value)) yield { api, version, path: `${api.name}/${path.join("/")}`, body: calmed(body) }
    }
  }
}

/** No long waits, and an answer to everything. */
function calmed(body: Record<string, unknown>): Record<string, unknown> {
  if ("maxWaitMs" in body) body.maxWaitMs = 0
  if (body.acks === 0) body.acks = 1
  if ("rebalanceTimeoutMs" in body && Number(body.sessionTimeoutMs) >= 6_000) body.sessionTimeoutMs = 5_999
  return body
}

describe("bad values", () => {
  const inputs = [...badInputs()]

  it("are at least 200, in every API that takes values", () => {
    expect(inputs.length).toBeGreaterThan(200)
    expect(new Set(inputs.map(({ api }) => api.key)).size).toBeGreaterThanOrEqual(handlers.length - 1)
  })

  it(`are answered, all ${inputs.length} of them, and nothing is lost`, async () => {
    await using broker = await startTestBroker({ settings: { "auto.create.topics.enable": "false" } })
    await using talk = await Talk.to(broker)
    await talk.createTopic("t")
    await talk.produce("t", batchOf(["kept"]))
    let wire = await WireClient.connect(broker)
    for (const { api, version, path, body } of inputs) {
      if (wire.isClosed) wire = await WireClient.connect(broker)
      const outcome = await wire.call(api, version, body as never).then(
        () => "answered",
        (error: Error) => error.message,
      )
      expect(outcome, path).toBe("answered")
    }
    await wire[Symbol.asyncDispose]()
    expect(broker.log.filter(({ level }) => level === "error").map(({ fields }) => fields)).toEqual([])
    expect(await talk.values("t")).toEqual(["kept"])
  }, 60_000)
})

describe("frames cut inside a field", () => {
  it.each(handlers.map((handler) => [handler.api.name, handler] as const))(
    "%s names the place and closes that connection only",
    async (_, handler) => {
      await using broker = await startTestBroker()
      const { api, versions, accepts = versions } = handler
      const version = accepts[1]
      const random = seeded(api.key)
      for (let round = 0; round < 4; round++) {
        const wire = await WireClient.connect(broker)
        const whole = Buffer.from(wire.encode(api, version, calmed(randomMessage(api.request, version, random)) as never))
        const bodyAt = 14 + wire.clientId.length + (isFlexible(api, version) ? 1 : 0)
        if (whole.length > bodyAt + 1) {
          const cut = Buffer.from(whole.subarray(0, bodyAt + Math.floor(random() * (whole.length - bodyAt - 1))))
          cut.writeInt32BE(cut.length - 4, 0)
          const outcome = await Promise.race([
            wire.send(cut).then(
              () => "answered",
              () => "closed",
            ),
            wire.closed().then(() => "closed"),
          ])
          // A cut may fall where nothing but ignorable bytes are missing.
          if (outcome === "closed") expect(broker.log.at(-1)?.fields.reason).toContain(`${api.name} version ${version}`)
        }
        await wire[Symbol.asyncDispose]()
      }
      expect(broker.log.filter(({ level }) => level === "error")).toEqual([])
    },
  )
})
