"use client"
import { Popover as Radix } from "radix-ui"
import type { ReactElement, ReactNode } from "react"
import { cx } from "./cx.ts"

export interface PopoverProps {
  trigger: ReactElement
  children: ReactNode
  align?: "start" | "end"
  className?: string
  label: string
  isOpen?: boolean
  onOpenChange?: (open: boolean) => void
}

export function Popover({ trigger, children, align = "start", className, label, isOpen, onOpenChange }: PopoverProps) {
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          className={cx(
            "floats z-40 max-h-(--radix-popover-content-available-height) overflow-auto rounded-3 bg-raised p-1 shadow-float focus:outline-none",
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

export const PopoverClose = Radix.Close

/** Small heading inside a menu or popover. */
export function PopHeading({ children }: { children: ReactNode }) {
  return <div className="px-2 pt-1.5 pb-[3px] text-11 text-dim">{children}</div>
}
