"use client"
import { Toast as Radix } from "radix-ui"
import { Button, IconButton } from "./button.tsx"
import { StatusShape } from "./status-shape.tsx"
import type { ShownToast } from "./toast-store.ts"

export default function ToastSurface({ shown, onDismiss }: { shown: readonly ShownToast[]; onDismiss: (id: number) => void }) {
  return (
    <Radix.Provider duration={10_000} label="Notification" swipeDirection="down">
      {shown.map(({ id, status, claim, detail, undo }) => (
        <Radix.Root
          key={id}
          onOpenChange={(open) => !open && onDismiss(id)}
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
