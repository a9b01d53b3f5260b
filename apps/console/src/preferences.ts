"use client"
// How this person wants to see things. Kept in the browser so that the first paint is right; the session's record follows when it loads.
import { useSyncExternalStore } from "react"
import type { Zone } from "./format.ts"

export type Theme = "system" | "light" | "dark"
export type Density = "compact" | "comfortable"

export interface Preferences {
  theme: Theme
  density: Density
  timeZone: Zone
  isRailOpen: boolean
  /** Single letters as shortcuts. */
  hasShortcuts: boolean
}

const initial: Preferences = { theme: "system", density: "compact", timeZone: "local", isRailOpen: true, hasShortcuts: true }
const storageKey = "rivven-preferences"
const listeners = new Set<() => void>()
let current: Preferences | undefined

function read(): Preferences {
  if (current) return current
  current = initial
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "{}")
    if (stored && typeof stored === "object") current = { ...initial, ...stored }
  } catch {
    // A browser without storage, or a value from elsewhere: the defaults hold.
  }
  return current
}

/** Whether this browser knows how the person wants to see things. */
export function hasStoredPreferences(): boolean {
  try {
    return localStorage.getItem(storageKey) !== null
  } catch {
    return false
  }
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...read(), ...change }
  try {
    localStorage.setItem(storageKey, JSON.stringify(current))
    localStorage.setItem("rivven-theme", current.theme)
    localStorage.setItem("rivven-density", current.density)
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  applyPreferences()
  for (const listener of listeners) listener()
}

/** Writes theme and density to the document; the inline script of the layout does the same before the first paint. */
export function applyPreferences(): void {
  const { theme, density } = read()
  const root = document.documentElement
  if (theme === "system") delete root.dataset.theme
  else root.dataset.theme = theme
  root.dataset.density = density
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    read,
    () => initial,
  )
}

export function useZone(): Zone {
  return usePreferences().timeZone
}
