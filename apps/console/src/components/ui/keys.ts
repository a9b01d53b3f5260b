"use client"
import { useEffect, useEffectEvent } from "react"
import { usePreferences } from "../../preferences.ts"

export type KeyMap = Readonly<Record<string, () => void>>

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** Enter on a button or link is that control's own. */
function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("a, button, [role=menuitem], [role=dialog]") !== null
}

function hasModifier(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey
}

/** The key belongs to something else: a text field, a shortcut of the browser, a focused control, an open dialog. */
function isOthers(event: KeyboardEvent): boolean {
  if (hasModifier(event) || isTyping(event.target)) return true
  if (event.key === "Enter" && isControl(event.target)) return true
  return document.querySelector("[role=dialog][data-state=open]:not([data-drawer]), [role=menu]") !== null
}

/** Single keys of a screen; quiet while somebody types, with modifiers, under a dialog, and when letters are turned off. */
export function useKeys(keys: KeyMap): void {
  const { hasShortcuts } = usePreferences()
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (isOthers(event) || (event.key.length === 1 && !hasShortcuts)) return
    const run = keys[event.key === "Enter" ? "enter" : event.key]
    if (!run) return
    event.preventDefault()
    run()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event)
    document.addEventListener("keydown", listener)
    return () => document.removeEventListener("keydown", listener)
  }, [])
}
