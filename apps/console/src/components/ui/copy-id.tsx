"use client"
import { useState } from "react"
import { Button, IconButton } from "./button.tsx"
import { toast } from "./toast.tsx"

async function copy(text: string, setCopied: (copied: boolean) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  } catch {
    toast({ status: "warn", claim: "The browser refused to copy.", detail: "Select the text and copy it by hand." })
  }
}

/** Copies an identifier that stands beside it. */
export function CopyId({ text, what }: { text: string; what: string }) {
  const [isCopied, setCopied] = useState(false)
  return (
    <IconButton
      icon={isCopied ? "check" : "copy"}
      label={isCopied ? "Copied" : `Copy ${what}`}
      onClick={() => void copy(text, setCopied)}
    />
  )
}

export function CopyButton({ text, children }: { text: string; children: string }) {
  const [isCopied, setCopied] = useState(false)
  return (
    <Button isSmall kind="quiet" icon={isCopied ? "check" : "copy"} onClick={() => void copy(text, setCopied)}>
      {isCopied ? "Copied" : children}
    </Button>
  )
}
