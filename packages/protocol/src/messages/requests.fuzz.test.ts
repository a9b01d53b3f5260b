// Wounded requests of every API and version, header and all: a value that writes the same bytes again and again, or one DecodeError, quickly.
import { isDeepStrictEqual } from "node:util"
import { describe, expect, test } from "vitest"
import { DecodeError, EncodeError } from "../codec-error.ts"
import { decodeRequest, decodeRequestHeader, encodeRequest } from "../header.ts"
import type { Api } from "../schema/api.ts"
import { below, commitSeed, count, mutate, type Random, randomMessage, seeded } from "../testing/index.ts"
import { apiByKey, apis } from "./index.ts"

const inputs = count({ ci: 20_000, campaign: 10_000_000 })
const seed = commitSeed()
const limitMs = 5
const meta = { correlationId: 7, clientId: "fuzz" }

const versionsOf = ({ versions: [first, last] }: Api): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index)
const kinds = apis.flatMap((api) => versionsOf(api).map((version) => ({ api, version })))

interface Read {
  readonly api: Api
  readonly version: number
  readonly body: unknown
}

/** Undefined when the header names what does not exist. */
function read(frame: Uint8Array): Read | undefined {
  const header = decodeRequestHeader(frame)
  const api = apiByKey(header.apiKey)
  if (!api) return undefined
  return { api, version: header.apiVersion, body: decodeRequest(api, header.apiVersion, frame, header.bodyOffset) }
}

function readOrRefuse(frame: Uint8Array): Read | undefined {
  try {
    return read(frame)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/** The quickest of up to five runs: a busy machine may stop any one of them for longer. */
function quickest(run: () => unknown): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5 && least >= limitMs; round += 1) {
    const startedMs = performance.now()
    run()
    least = Math.min(least, performance.now() - startedMs)
  }
  return least
}

/** False when the value has no place in a request: numbers beyond ±2^53 arrive rounded, and text that is no UTF-8 may have grown. */
function staysTheSame({ api, version, body }: Read): boolean {
  let once: Uint8Array
  try {
    once = encodeRequest(api, version, meta, body as never)
  } catch (error) {
    if (error instanceof EncodeError) return false
    throw error
  }
  const again = read(once.subarray(4))
  if (!isDeepStrictEqual(again?.body, body)) throw new Error("reads differently after it was written")
  if (!Buffer.from(encodeRequest(api, version, meta, again?.body as never)).equals(once))
    throw new Error("writes other bytes the second time")
  return true
}

/** Half of the time the header stays whole, so that the wounds reach the body of that version. */
function wounded(frame: Uint8Array, random: Random): Buffer {
  const whole = Buffer.from(frame.subarray(4))
  if (random() < 0.2) return mutate(whole, random)
  const { bodyOffset } = decodeRequestHeader(whole)
  return Buffer.concat([whole.subarray(0, bodyOffset), mutate(whole.subarray(bodyOffset), random)])
}

describe(`${inputs} wounded requests of ${kinds.length} versions, seed ${seed}`, () => {
  test("are read to a value that is written stably, or refused with one DecodeError, each within 5 ms", () => {
    const random = seeded(seed)
    const seen = { values: 0, stable: 0 }
    for (let index = 0; index < inputs; index += 1) {
      const { api, version } = kinds[index % kinds.length]!
      const frame = wounded(encodeRequest(api, version, meta, randomMessage(api.request, version, random) as never), random)
      try {
        const value = readOrRefuse(frame)
        const tookMs = quickest(() => readOrRefuse(frame))
        if (tookMs >= limitMs) throw new Error(`takes ${tookMs} ms`)
        if (!value) continue
        seen.values += 1
        if (staysTheSame(value)) seen.stable += 1
      } catch (error) {
        throw new Error(`seed ${seed}, input ${index}, ${api.name} ${version}: ${frame.toString("hex")}`, { cause: error })
      }
    }
    expect(seen.values).toBeGreaterThan(inputs / 50)
    expect(seen.stable).toBeGreaterThan(seen.values / 2)
  }, 3_600_000)

  test("whole ones come back from every version as they went in", () => {
    const random = seeded(seed + below(seeded(seed), 1_000))
    for (const { api, version } of kinds) {
      const frame = encodeRequest(api, version, meta, randomMessage(api.request, version, random) as never)
      const value = read(frame.subarray(4))!
      expect(Buffer.from(encodeRequest(api, version, meta, value.body as never)), `${api.name} ${version}`).toEqual(Buffer.from(frame))
    }
  })
})
