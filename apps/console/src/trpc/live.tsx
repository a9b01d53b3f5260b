"use client"
import { useQueryClient } from "@tanstack/react-query"
import { createContext, type ReactNode, use, useEffect, useEffectEvent, useRef, useState } from "react"
import { leaveForSignIn, useTRPCClient } from "./client.ts"
import { setConnected, useConnected } from "./connection.ts"
import { LiveHub, type LivePorts } from "./live-hub.ts"
import { liveSource } from "./live-source.ts"
import { isNowPaused, usePaused } from "./pause.ts"
import type { LiveKey } from "./types.ts"

const LiveContext = createContext<LiveHub | null>(null)

const hiddenAfterMs = 60_000

function browserPorts(): LivePorts {
  return {
    channel: new BroadcastChannel("rivven-live"),
    tab: crypto.randomUUID(),
    onConnected: setConnected,
    lead: (whileLeading) => {
      // Without locks (an old browser, an insecure origin) each tab leads itself.
      if (navigator.locks) void navigator.locks.request("rivven-live", whileLeading)
      else void whileLeading()
    },
  }
}

/** Keeps this tab connected to the browser's one stream while it is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useTRPCClient()
  const [hub, setHub] = useState<LiveHub | null>(null)
  const isPaused = usePaused()
  useEffect(() => {
    const next = new LiveHub(browserPorts(), liveSource(client), leaveForSignIn)
    let timer: ReturnType<typeof setTimeout> | undefined
    const onVisibility = () => {
      clearTimeout(timer)
      if (document.hidden) timer = setTimeout(() => next.setHidden(true), hiddenAfterMs)
      else next.setHidden(false)
    }
    const onHide = () => next.stop()
    document.addEventListener("visibilitychange", onVisibility)
    window.addEventListener("pagehide", onHide)
    // oxlint-disable-next-line react/set-state-in-effect -- channel and lock exist in the browser only, and end with the effect
    setHub(next)
    return () => {
      clearTimeout(timer)
      document.removeEventListener("visibilitychange", onVisibility)
      window.removeEventListener("pagehide", onHide)
      next.stop()
    }
  }, [client])
  useRecovery()
  useEffect(() => hub?.setPaused(isPaused), [hub, isPaused])
  return <LiveContext value={hub}>{children}</LiveContext>
}

/** When the server is back, all that failed or went stale meanwhile is asked for again. */
function useRecovery(): void {
  const queryClient = useQueryClient()
  const isConnected = useConnected()
  const wasConnected = useRef(isConnected)
  useEffect(() => {
    if (isConnected && !wasConnected.current) void queryClient.invalidateQueries({ refetchType: isNowPaused() ? "none" : "active" })
    wasConnected.current = isConnected
  }, [isConnected, queryClient])
}

/** Runs when something under one of the keys changed. */
export function useLive(keys: readonly LiveKey[], onChange: () => void): void {
  const hub = use(LiveContext)
  const run = useEffectEvent(onChange)
  const text = JSON.stringify(keys)
  useEffect(() => {
    if (!hub) return
    const stops = (JSON.parse(text) as LiveKey[]).map((key) => hub.watch(key, () => run()))
    return () => {
      for (const stop of stops) stop()
    }
  }, [hub, text])
}

/** Asks again for what these keys cover. */
export function useRefetchOn(queryKey: readonly unknown[], keys: readonly LiveKey[]): void {
  const queryClient = useQueryClient()
  useLive(keys, () => void queryClient.invalidateQueries({ queryKey, exact: true }))
}
