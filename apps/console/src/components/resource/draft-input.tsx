"use client"
import { useEffect, useRef, useState } from "react"
import { Input, type InputProps } from "../ui/field.tsx"

/** A text field whose value is read as one types and tidied when one leaves; what cannot be read stays as it was typed. */
export function DraftInput({
  text,
  onText,
  ...rest
}: Omit<InputProps, "value" | "onChange"> & { text: string; onText: (text: string) => void }) {
  const [draft, setDraft] = useState<string | null>(null)
  const before = useRef(text)
  useEffect(() => {
    // Another editor changed the value: its text wins over a draft that says something else.
    if (before.current !== text && document.activeElement?.id !== rest.id) setDraft(null)
    before.current = text
  }, [text, rest.id])
  return (
    <Input
      {...rest}
      spellCheck={false}
      autoComplete="off"
      value={draft ?? text}
      onChange={(event) => {
        setDraft(event.currentTarget.value)
        onText(event.currentTarget.value)
      }}
      onBlur={() => {
        if (rest["aria-invalid"] !== true) setDraft(null)
      }}
    />
  )
}
