import { describe, expect, it } from "vitest"
import { ManualClock } from "../testing/manual-clock.ts"
import type { FetchedPartition } from "./fetcher.ts"
import type { FetchPosition } from "./position.ts"
import { FetchSessions, type SessionRequest } from "./sessions.ts"

const position = (partition: number, offset = 0): FetchPosition => ({
  topic: "t",
  topicId: "",
  partition,
  offset,
  maxBytes: 1_000,
  leaderEpoch: -1,
  lastFetchedEpoch: -1,
})

const result = (partition: number, change: Partial<FetchedPartition> = {}): FetchedPartition => ({
  position: position(partition),
  error: "NONE",
  highWatermark: 5,
  lastStableOffset: 5,
  aborted: null,
  logStartOffset: 0,
  diverging: null,
  slices: [],
  sizeBytes: 0,
  ...change,
})

const request = (sessionId: number, sessionEpoch: number, change: Partial<SessionRequest> = {}): SessionRequest => ({
  sessionId,
  sessionEpoch,
  usesTopicIds: false,
  positions: [],
  forgotten: [],
  ...change,
})

function cache(slots = 2) {
  const clock = new ManualClock()
  let seed = 0
  const sessions = new FetchSessions({
    clock,
    slots,
    random: { next: () => (seed = (seed + 0.37) % 1), bytes: (count) => new Uint8Array(count) },
  })
  return { clock, sessions }
}

function opened(sessions: FetchSessions, asked: SessionRequest) {
  const scope = sessions.open(asked)
  if ("error" in scope) throw new Error(scope.error)
  return scope
}

describe("fetch sessions", () => {
  it("are bounded: the longest unused one makes room, but only after two idle minutes", async () => {
    const { clock, sessions } = cache(2)
    const open = () => opened(sessions, request(0, 0, { positions: [position(0)] })).sessionId
    const [first, second] = [open(), open()]
    expect(open()).toBe(0)
    await clock.advance(100_000)
    opened(sessions, request(first, 1))
    await clock.advance(21_000)
    expect(open()).toBeGreaterThan(0)
    expect(sessions.size).toBe(2)
    expect(sessions.open(request(second, 1))).toEqual({ error: "FETCH_SESSION_ID_NOT_FOUND" })
    expect("error" in sessions.open(request(first, 2))).toBe(false)
  })

  it("open anew under another id when the client says epoch 0 for an old one", () => {
    const { sessions } = cache()
    const { sessionId } = opened(sessions, request(0, 0, { positions: [position(0)] }))
    const next = opened(sessions, request(sessionId, 0, { positions: [position(1)] }))
    expect(next.positions.map((one) => one.partition)).toEqual([1])
    expect(sessions.size).toBe(1)
  })

  it("answer FETCH_SESSION_TOPIC_ID_ERROR when names and ids are mixed", () => {
    const { sessions } = cache()
    const { sessionId } = opened(sessions, request(0, 0, { positions: [position(0)] }))
    expect(sessions.open(request(sessionId, 1, { usesTopicIds: true }))).toEqual({ error: "FETCH_SESSION_TOPIC_ID_ERROR" })
  })

  it("let one of two requests with the same epoch through", () => {
    const { sessions } = cache()
    const { sessionId } = opened(sessions, request(0, 0, { positions: [position(0)] }))
    expect("error" in sessions.open(request(sessionId, 1))).toBe(false)
    expect(sessions.open(request(sessionId, 1))).toEqual({ error: "INVALID_FETCH_SESSION_EPOCH" })
  })

  it("tell a moved high watermark, a moved log start and a divergence, and nothing twice", () => {
    const { sessions } = cache()
    const first = opened(sessions, request(0, 0, { positions: [position(0)] }))
    first.news([result(0)])
    let epoch = 1
    const told = (change: Partial<FetchedPartition>) => opened(sessions, request(first.sessionId, epoch++)).news([result(0, change)]).length
    expect(told({})).toBe(0)
    expect(told({ highWatermark: 6 })).toBe(1)
    expect(told({ highWatermark: 6 })).toBe(0)
    expect(told({ highWatermark: 6, logStartOffset: 2 })).toBe(1)
    expect(told({ highWatermark: 6, logStartOffset: 2, diverging: { epoch: 1, endOffset: 1 } })).toBe(1)
  })

  it("tell the offsets again after an error, even if they are the same", () => {
    const { sessions } = cache()
    const first = opened(sessions, request(0, 0, { positions: [position(0)] }))
    first.news([result(0)])
    opened(sessions, request(first.sessionId, 1)).news([result(0, { error: "KAFKA_STORAGE_ERROR", highWatermark: -1 })])
    expect(opened(sessions, request(first.sessionId, 2)).news([result(0)]).length).toBe(1)
  })

  it("are not opened for nothing, nor when there are no slots", () => {
    expect(opened(cache().sessions, request(0, 0)).sessionId).toBe(0)
    expect(opened(cache(0).sessions, request(0, 0, { positions: [position(0)] })).sessionId).toBe(0)
  })
})
