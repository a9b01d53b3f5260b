// One client connection: frames in, responses out in order. Owns the socket, the frames that wait and the order of answers; knows no
// API. Produce requests start at once behind each other (only their responses are ordered); every other request starts when all earlier
// ones are answered. A socket whose owner asks for too much, or reads too little, is not read. Until it is known who is there, frames are
// short, one is looked at at a time, and the time is limited. Who has used more than a quota gives is answered first and then not read.
import { DecodeError, FrameReader } from "@rivven/protocol"
import type { Cancel, Clock, Connection, Logger } from "../ports.ts"
import type { Authentication } from "../security/authentication.ts"
import type { ByteBudget, ConnectionLimits } from "./limits.ts"
import { ConnectionPeer, type Peer } from "./peer.ts"
import { type Outgoing, ResponseQueue, type Slot } from "./response-queue.ts"

/** A request that has been read and may be started. */
export interface Prepared {
  readonly isPipelined: boolean
  start(): Answer | Promise<Answer>
}

/** What becomes of a request: a response, none at all (acks=0), or the end of its connection, with the reason for the log. */
export type Answer = Outgoing | "none" | { readonly close: string }

/** Reads the header of a frame; never throws. */
export type Prepare = (frame: Uint8Array, peer: Peer) => Prepared | { readonly close: string }

export interface ConnectionOptions {
  readonly id: number
  /** The name of the listener. */
  readonly listener: string
  readonly authentication: Authentication
  readonly socket: Connection
  readonly limits: ConnectionLimits
  readonly clock: Clock
  readonly logger: Logger
  readonly largeFrames: ByteBudget
  readonly prepare: Prepare
  /** True while the log asks producers to wait. */
  readonly isPressured: () => boolean
  readonly onClosed: () => void
}

/** A frame that came in pieces gets this much memory at once, before and after authentication; it doubles from there. */
const firstUnauthenticatedBytes = 1_024
const firstBytes = 65_536
/** How long a last answer has to reach a client that does not close. */
const lingerMs = 5_000

interface Waiting {
  readonly frame: Uint8Array
  prepared?: Prepared | { readonly close: string }
}

export class ClientConnection {
  readonly #options: ConnectionOptions
  readonly #peer: ConnectionPeer
  readonly #reader: FrameReader
  readonly #queue = new ResponseQueue()
  readonly #waiting: Waiting[] = []
  #waitingBytes = 0
  #isProducing = false
  #runsOnlyPipelined = true
  #isFlushScheduled = false
  #isMuted = false
  #mutedUntilMs = 0
  #cancelMute: Cancel = () => {}
  #isPaused = false
  #isClosed = false
  #isDraining = false
  #lastActiveMs: number
  #cancelCheck: Cancel = () => {}
  #nextCheckMs = 0
  #largeFrame: { granted: boolean; release: () => void } | null = null

  constructor(options: ConnectionOptions) {
    const { id, socket, limits, clock, listener, authentication } = options
    this.#options = options
    this.#peer = new ConnectionPeer({ id, remoteAddress: socket.remoteAddress, listener, authentication })
    this.#reader = new FrameReader({ maxFrameBytes: limits.unauthenticatedFrameBytes, firstBytes: firstUnauthenticatedBytes })
    this.#lastActiveMs = clock.monotonic()
    this.#checkAfter(limits.idleMs)
    authentication.onKnown((cause) => this.#onKnown(cause))
    socket.listen({
      data: (chunk) => this.#onData(chunk),
      drain: () => this.#pump(),
      close: () => this.#onClosed(),
    })
  }

  /** Ends the connection once what has started is answered; nothing new starts. */
  drain(): void {
    this.#isDraining = true
    this.#peer.leave()
    this.#regulate()
    this.#endWhenDrained()
  }

  destroy(): void {
    this.#options.socket.destroy()
  }

  get authentication(): Authentication {
    return this.#peer.authentication
  }

  /** Ends the connection, with the reason for the log. */
  fail(reason: string): void {
    this.#fail(reason)
  }

  /** Looks anew at whether the socket may be read. */
  regulate(): void {
    if (this.#isProducing) this.#regulate()
  }

  #onKnown(refused: string | null): void {
    if (refused !== null) this.#fail(refused)
    this.#reader.maxFrameBytes = this.#options.limits.maxFrameBytes
    this.#reader.firstBytes = firstBytes
  }

  #onData(chunk: Uint8Array): void {
    // While draining the socket is still read, because that is how its end is noticed; what comes is not looked at.
    if (this.#isClosed || this.#isDraining) return
    this.#lastActiveMs = this.#options.clock.monotonic()
    try {
      for (const frame of this.#reader.push(chunk)) {
        this.#waiting.push({ frame })
        this.#waitingBytes += frame.byteLength
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      this.#fail(error.message)
      return
    }
    this.#watchFrame()
    this.#reserveLargeFrame()
    this.#pump()
  }

  #pump(): void {
    while (this.#startNext());
    this.#regulate()
  }

  #startNext(): boolean {
    const next = this.#waiting[0]
    if (next === undefined || this.#isClosed || this.#isDraining || this.#isMuted) return false
    if (this.#options.socket.bufferedBytes > this.#options.limits.maxBufferedBytes) return false
    // What a frame is depends on how the one before it ended.
    if (this.#queue.size > 0 && !this.authentication.isKnown) return false
    next.prepared ??= this.#options.prepare(next.frame, this.#peer)
    const isPipelined = "start" in next.prepared && next.prepared.isPipelined
    if (this.#queue.size > 0 && !(isPipelined && this.#runsOnlyPipelined)) return false
    this.#waiting.shift()
    this.#waitingBytes -= next.frame.byteLength
    if ("close" in next.prepared) {
      this.#fail(next.prepared.close)
      return false
    }
    this.#runsOnlyPipelined = isPipelined
    this.#isProducing ||= isPipelined
    this.#start(next.prepared, next.frame.byteLength)
    return true
  }

  #start(prepared: Prepared, requestBytes: number): void {
    const slot = this.#queue.open(requestBytes)
    const answer = prepared.start()
    if (answer instanceof Promise) void answer.then((later) => this.#settle(slot, later))
    else this.#settle(slot, answer)
  }

  #settle(slot: Slot, answer: Answer): void {
    if (typeof answer === "object" && "close" in answer) {
      this.#fail(answer.close)
      return
    }
    if (this.#isClosed) {
      if (answer !== "none") answer.release?.()
      return
    }
    slot.outgoing = answer
    if (!this.#queue.isReady || this.#isFlushScheduled) return
    this.#isFlushScheduled = true
    this.#options.clock.endOfTick(() => this.#flush())
  }

  #flush(): void {
    this.#isFlushScheduled = false
    if (this.#isClosed) return
    const ready = this.#queue.takeReady()
    const parts = ready.flatMap((one) => one.parts)
    if (parts.length > 0) this.#options.socket.write(parts, () => releaseAll(ready))
    else releaseAll(ready)
    this.#mute(Math.max(0, ...ready.map((one) => one.throttleMs ?? 0)))
    this.#lastActiveMs = this.#options.clock.monotonic()
    const last = ready.find((one) => one.closes !== undefined)
    if (last) this.#endAfter(last.closes ?? "")
    this.#pump()
    this.#endWhenDrained()
  }

  #mute(ms: number): void {
    const untilMs = this.#options.clock.monotonic() + ms
    if (ms <= 0 || (this.#isMuted && untilMs <= this.#mutedUntilMs)) return
    this.#cancelMute()
    this.#isMuted = true
    this.#mutedUntilMs = untilMs
    this.#cancelMute = this.#options.clock.after(ms, () => {
      this.#isMuted = false
      this.#pump()
    })
  }

  /** A frame above the threshold takes its bytes from a budget shared by all connections before more of it is read. */
  #reserveLargeFrame(): void {
    const { limits, largeFrames } = this.#options
    const announced = this.#reader.announcedBytes
    if (this.#largeFrame !== null && announced === 0) this.#releaseLargeFrame()
    if (this.#largeFrame !== null || announced <= limits.largeFrameBytes) return
    const reservation = { granted: false, release: () => {} }
    this.#largeFrame = reservation
    reservation.release = largeFrames.reserve(announced, () => {
      reservation.granted = true
      this.#regulate()
    })
  }

  #releaseLargeFrame(): void {
    this.#largeFrame?.release()
    this.#largeFrame = null
  }

  #regulate(): void {
    if (this.#isClosed) return
    const shouldPause = this.#shouldPause()
    if (shouldPause === this.#isPaused) return
    this.#isPaused = shouldPause
    if (shouldPause) this.#options.socket.pause()
    else this.#options.socket.resume()
  }

  #shouldPause(): boolean {
    const { limits, isPressured } = this.#options
    if (this.#isDraining) return false
    if (this.#isMuted || (this.#isProducing && isPressured())) return true
    if (this.#largeFrame !== null && !this.#largeFrame.granted) return true
    if (this.#queue.size + this.#waiting.length >= (this.authentication.isKnown ? limits.maxInFlight : 1)) return true
    return this.#queue.requestBytes + this.#waitingBytes > limits.maxInFlightBytes
  }

  #checkAfter(ms: number): void {
    this.#cancelCheck()
    this.#nextCheckMs = this.#options.clock.monotonic() + ms
    this.#cancelCheck = this.#options.clock.after(ms, () => this.#checkProgress())
  }

  /** A frame has begun: from now on its bytes have to come. */
  #watchFrame(): void {
    const { stalledFrameMs } = this.#options.limits
    const isWatched = this.#nextCheckMs <= this.#lastActiveMs + stalledFrameMs
    if (this.#reader.announcedBytes > 0 && !isWatched) this.#checkAfter(stalledFrameMs)
  }

  #checkProgress(): void {
    const { clock, limits } = this.#options
    const silentMs = clock.monotonic() - this.#lastActiveMs
    const hasFrame = this.#reader.announcedBytes > 0 && !this.#isPaused
    if (hasFrame && silentMs >= limits.stalledFrameMs) {
      this.#fail(`a frame of ${this.#reader.announcedBytes} bytes got no byte for ${Math.round(silentMs)} ms`)
      return
    }
    const isIdle = !this.#isMuted && this.#queue.size === 0 && this.#waiting.length === 0 && silentMs >= limits.idleMs
    if (isIdle) this.#options.socket.destroy()
    else this.#checkAfter(Math.max(1_000, (hasFrame ? limits.stalledFrameMs : limits.idleMs) - silentMs))
  }

  #fail(reason: string): void {
    if (this.#isClosed) return
    this.#logClosing(reason)
    this.#close()
    this.#options.socket.destroy()
  }

  /** What was written still arrives. */
  #endAfter(reason: string): void {
    this.#logClosing(reason)
    this.drain()
    this.#options.socket.end()
    this.#cancelCheck()
    this.#cancelCheck = this.#options.clock.after(lingerMs, () => this.destroy())
  }

  #logClosing(reason: string): void {
    this.#options.logger.warn({ peer: this.#peer.host, software: this.#peer.software?.name, reason }, "closed a connection")
  }

  #endWhenDrained(): void {
    if (this.#isDraining && this.#queue.size === 0) this.#options.socket.end()
  }

  #onClosed(): void {
    this.#close()
    this.#options.onClosed()
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#cancelCheck()
    this.#cancelMute()
    this.#releaseLargeFrame()
    this.#waiting.length = 0
    this.#waitingBytes = 0
    this.#queue.abandon()
    this.#peer.leave()
    this.authentication.leave()
  }
}

function releaseAll(sent: readonly Outgoing[]): void {
  for (const one of sent) one.release?.()
}
