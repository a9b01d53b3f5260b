"use client"
import { useState } from "react"

interface Asked {
  error: unknown
  status: "pending" | "error" | "success"
  isPlaceholderData: boolean
}

/** A query without data forgets its failure when it is asked again, which live changes do often. Here it stays until there is an answer. */
export function useHeldError(hash: string, { error, status, isPlaceholderData }: Asked): unknown {
  const [held, setHeld] = useState<{ hash: string; error: unknown }>()
  if (error) {
    if (held?.hash !== hash || held.error !== error) setHeld({ hash, error })
    return error
  }
  if (held === undefined || held.hash !== hash) return null
  if (status === "pending" || isPlaceholderData) return held.error
  setHeld(undefined)
  return null
}
