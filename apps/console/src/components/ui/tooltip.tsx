"use client"
import { Tooltip as Radix } from "radix-ui"
import type { ReactElement, ReactNode } from "react"

export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <Radix.Provider delayDuration={400} skipDelayDuration={150}>
      {children}
    </Radix.Provider>
  )
}

/** For a control or a value that has a longer truth than fits; never the only place of an information. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactElement }) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          sideOffset={6}
          collisionPadding={8}
          className="floats z-50 max-w-80 rounded-2 bg-raised px-2.5 py-1.5 text-11 text-soft shadow-float"
        >
          {text}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
