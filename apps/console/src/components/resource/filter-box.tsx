"use client"
import { useEffect, useRef, useState } from "react"
import { Icon } from "../ui/icon.tsx"
import { Kbd } from "../ui/kbd.tsx"
import { useKeys } from "../ui/keys.ts"

export interface FilterBoxProps {
  label: string
  placeholder: string
  value: string
  onChange: (value: string) => void
}

/** Filters as one types, after a short pause; `/` comes here, Esc clears. */
export function FilterBox({ label, placeholder, value, onChange }: FilterBoxProps) {
  const input = useRef<HTMLInputElement>(null)
  const [draft, setDraft] = useState(value)
  const sent = useRef(value)
  useKeys({ "/": () => input.current?.focus() })
  useEffect(() => {
    if (value !== sent.current) setDraft(value)
    sent.current = value
  }, [value])
  useEffect(() => {
    if (draft === sent.current) return
    const timer = setTimeout(() => {
      sent.current = draft
      onChange(draft)
    }, 180)
    return () => clearTimeout(timer)
  }, [draft, onChange])
  return (
    <div className="flex h-(--control) min-w-0 flex-1 items-center gap-1.5 rounded-2 border border-line-strong bg-panel px-2 text-12 focus-within:border-accent focus-within:shadow-[0_0_0_1px_var(--color-accent)]">
      <Icon name="search" className="text-dim" />
      <input
        ref={input}
        aria-label={label}
        placeholder={placeholder}
        value={draft}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return
          if (draft === "") event.currentTarget.blur()
          else setDraft("")
        }}
        className="w-full min-w-0 bg-transparent focus:shadow-none focus:outline-none"
      />
      <Kbd>/</Kbd>
    </div>
  )
}
