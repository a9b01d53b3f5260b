"use client"
import { Toast as Radix } from "radix-ui"
import { useSyncExternalStore } from "react"
import { Button, IconButton } from "./button.tsx"
import { type Status, StatusShape } from "./status-shape.tsx"

export interface ToastMessage {
  status: Status
  claim: string
  detail?: string
  undo?: () => void
}

interface Shown extends ToastMessage {
  id: number
}

let shown: readonly Shown[] = []
let nextId = 1
const listeners = new Set<() => void>()

function change(next: readonly Shown[]): void {
  shown = next
  for (const listener of listeners) listener()
}

/** Says what happened; at most three at a time, the oldest leaves first. */
export function toast(message: ToastMessage): void {
  change([...shown, { ...message, id: nextId++ }].slice(-3))
}

export function ToastHost() {
  const messages = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => shown,
    () => shown,
  )
  return (
    <Radix.Provider duration={10_000} label="Notification" swipeDirection="down">
      {messages.map(({ id, status, claim, detail, undo }) => (
        <Radix.Root
          key={id}
          onOpenChange={(open) => !open && change(shown.filter((each) => each.id !== id))}
          className="floats flex items-center gap-2.5 rounded-3 bg-raised py-2 pr-2 pl-3 shadow-float"
        >
          <StatusShape status={status} />
          <Radix.Title className="min-w-0 flex-1 break-words">
            <b className="font-strong">{claim}</b> {detail ? <span className="text-12 text-dim">{detail}</span> : null}
          </Radix.Title>
          {undo ? (
            <Radix.Action altText="Undo" asChild>
              <Button isSmall icon="undo" onClick={undo}>
                Undo
              </Button>
            </Radix.Action>
          ) : null}
          <Radix.Close asChild>
            <IconButton icon="close" label="Dismiss" />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed right-5 bottom-5 z-50 flex w-90 max-w-[calc(100vw-40px)] flex-col gap-2 focus:outline-none" />
    </Radix.Provider>
  )
}
