// The server's side of live changes: a stream that is kept open, and one call that changes its keys without opening it again.
import type { AppRouter } from "@rivven/api"
import type { TRPCClient } from "@trpc/client"
import { setServerTime } from "../now.ts"
import type { LiveListener, LiveSource } from "./live-hub.ts"
import type { LiveKey } from "./types.ts"

const firstDelayMs = 1000
const longestDelayMs = 30_000

/** Changing keys keeps the stream: closing and opening again within this time only sends the new keys. */
const lingerMs = 250

export function liveSource(client: TRPCClient<AppRouter>): LiveSource {
  let stream: Stream | undefined
  return {
    open: (keys, listener) => {
      if (stream?.isOpen()) stream.setKeys(keys, listener)
      else stream = openStream(client, keys, listener)
      const mine = stream
      return () => mine.release()
    },
  }
}

interface Stream {
  isOpen: () => boolean
  setKeys: (keys: LiveKey[], listener: LiveListener) => void
  release: () => void
}

function openStream(client: TRPCClient<AppRouter>, firstKeys: LiveKey[], firstListener: LiveListener): Stream {
  let keys = firstKeys
  let listener = firstListener
  let sentKeys = keys
  let streamId: string | undefined
  let isClosed = false
  let delayMs = firstDelayMs
  let subscription: { unsubscribe: () => void } | undefined
  let linger: ReturnType<typeof setTimeout> | undefined
  let retry: ReturnType<typeof setTimeout> | undefined

  const everything = () => listener.onChanges(keys.map((key) => ({ key, names: null, asOf: Date.now() })))
  const reopen = (afterMs: number) => {
    subscription?.unsubscribe()
    streamId = undefined
    clearTimeout(retry)
    if (!isClosed) retry = setTimeout(subscribe, afterMs)
  }
  const sendKeys = () => {
    if (streamId === undefined || sentKeys === keys) return
    sentKeys = keys
    client.live.interest.mutate({ streamId, keys }).then(
      ({ isKnown }) => isKnown || reopen(0),
      () => reopen(firstDelayMs),
    )
  }

  const started = (event: { streamId: string; nowMs: number }, isFirst: boolean) => {
    setServerTime(event.nowMs)
    listener.onConnected(true)
    // A stream that came back may have missed something.
    if (!isFirst || delayMs > firstDelayMs) everything()
    delayMs = firstDelayMs
    streamId = event.streamId
    sendKeys()
  }

  function subscribe(): void {
    sentKeys = keys
    let isFirst = true
    subscription = client.live.stream.subscribe(
      { keys },
      {
        onData: ({ data: event }) => {
          switch (event.type) {
            case "hello":
              started(event, isFirst)
              isFirst = false
              break
            case "changes":
              listener.onChanges(event.changes)
              break
            case "reset":
              listener.onChanges(event.keys.map((key) => ({ key, names: null, asOf: Date.now() })))
              break
            case "reconnect":
              reopen(event.afterMs)
              break
            case "signedOut":
              listener.onSignedOut()
          }
        },
        // The browser tries again by itself as long as nobody answers.
        onConnectionStateChange: ({ state, error }) => {
          if (state === "connecting" && error) listener.onConnected(false)
        },
        onError: () => {
          listener.onConnected(false)
          delayMs = Math.min(delayMs * 2, longestDelayMs)
          reopen(delayMs)
        },
      },
    )
  }

  subscribe()
  return {
    isOpen: () => !isClosed,
    setKeys: (next, nextListener) => {
      clearTimeout(linger)
      keys = next
      listener = nextListener
      sendKeys()
    },
    release: () => {
      clearTimeout(linger)
      linger = setTimeout(() => {
        isClosed = true
        clearTimeout(retry)
        subscription?.unsubscribe()
      }, lingerMs)
    },
  }
}
