// A live tail: new records of a topic as they come, at most so many a second and four events a second; what is left out is counted.
import type { TailStep } from "@rivven/client"
import type { z } from "zod"
import type { Context } from "../../context.ts"
import { RateLimiter } from "../../rate.ts"
import { findCluster, needBroker } from "../../sources/cluster.ts"
import { viewRecord } from "./decode.ts"
import { timestampTypeOf } from "./messages.ts"
import type * as schema from "./schema.ts"
import type { Message, TailEvent } from "./schema.ts"

type Input = z.output<typeof schema.tailInput>

const eventMs = 250
const maxStreamMs = 290_000

export async function* tailMessages(ctx: Context, input: Input): AsyncGenerator<{ id: string; event: TailEvent }, void, undefined> {
  const { deps, caller } = ctx
  const broker = needBroker(await findCluster(deps, input.cluster))
  const timestampType = await timestampTypeOf(broker, input.topic)
  const ended = new AbortController()
  const signal = AbortSignal.any([caller.signal, ended.signal])
  const inbox = new TailInbox()
  const cancels = [
    deps.clock.after(maxStreamMs, () => inbox.end({ type: "reconnect", reason: "aged", afterMs: 0 })),
    deps.sessions.onEnded((id) => id === caller.sessionId && inbox.end()),
    deps.live.onDrain(() => inbox.end({ type: "reconnect", reason: "draining", afterMs: 2_000 })),
  ]
  const rate = new RateLimiter(deps.clock, { perSecond: input.maxPerSecond, burst: input.maxPerSecond })
  const view = (step: TailStep): { messages: Message[]; skipped: number } => {
    const shown = step.records.filter(() => rate.take("tail").ok)
    return {
      messages: shown.map((record) => ({ ...viewRecord(record, input.maxValueBytes), timestampType })),
      skipped: step.skipped + step.records.length - shown.length,
    }
  }
  const tail = broker.client.tailMessages({ topic: input.topic, partitions: input.partitions, signal })
  const following = follow(tail, inbox, view)
  let sequence = 0
  const item = (event: TailEvent) => ({ id: `${caller.requestId}.${sequence++}`, event })
  try {
    yield item({ type: "started", at: deps.clock.wall() })
    for (let events = await inbox.take(signal); events; events = await inbox.take(signal)) {
      yield* events.map(item)
      if (inbox.isEnded) break
      await pause(deps, eventMs, signal)
    }
  } finally {
    ended.abort()
    for (const cancel of cancels) cancel()
    await following
  }
  // A stream that returns is over for the browser; one that breaks off is opened again.
  throw new DOMException("the stream ends", "AbortError")
}

async function follow(
  tail: AsyncIterable<TailStep>,
  inbox: TailInbox,
  view: (step: TailStep) => { messages: Message[]; skipped: number },
): Promise<void> {
  try {
    for await (const step of tail) {
      inbox.add(view(step))
      const [failure] = step.failures
      if (failure) inbox.fail(failure.error)
    }
    inbox.end()
  } catch (error) {
    inbox.fail({ code: "INTERNAL", message: error instanceof Error ? error.message : String(error) })
    inbox.end()
  }
}

function pause({ clock }: Pick<Context["deps"], "clock">, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, done)
    function done(): void {
      cancel()
      signal.removeEventListener("abort", done)
      resolve()
    }
    signal.addEventListener("abort", done)
    if (signal.aborted) done()
  })
}

/** What came since the last look. */
class TailInbox {
  #messages: Message[] = []
  #skipped = 0
  #others: TailEvent[] = []
  #wake: (() => void) | undefined
  isEnded = false

  add({ messages, skipped }: { messages: Message[]; skipped: number }): void {
    this.#messages.push(...messages)
    this.#skipped += skipped
    if (messages.length > 0 || skipped > 0) this.#wake?.()
  }

  fail({ code, message }: { code: string; message: string }): void {
    this.#others = [{ type: "failed", code, message, retryAt: null }]
    this.#wake?.()
  }

  end(last?: TailEvent): void {
    if (last) this.#others.push(last)
    this.isEnded = true
    this.#wake?.()
  }

  /** Undefined at the end. */
  async take(signal: AbortSignal): Promise<TailEvent[] | undefined> {
    while (this.#messages.length === 0 && this.#skipped === 0 && this.#others.length === 0) {
      if (this.isEnded || signal.aborted) return undefined
      await this.#woken(signal)
    }
    const messages: TailEvent[] =
      this.#messages.length > 0 || this.#skipped > 0 ? [{ type: "messages", messages: this.#messages, skipped: this.#skipped }] : []
    const events = [...messages, ...this.#others]
    this.#messages = []
    this.#skipped = 0
    this.#others = []
    return events
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done)
        this.#wake = undefined
        resolve()
      }
      this.#wake = done
      signal.addEventListener("abort", done, { once: true })
    })
  }
}
