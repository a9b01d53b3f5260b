"use client"
import { Popover as Radix } from "radix-ui"
import { cx } from "./cx.ts"
import type { PopoverProps } from "./popover.tsx"

/** The part of a popover that floats. It opens as it is mounted. */
export default function PopoverSurface({ trigger, children, align = "start", className, label, isOpen, onOpenChange }: PopoverProps) {
  return (
    <Radix.Root defaultOpen {...(isOpen === undefined ? {} : { open: isOpen })} {...(onOpenChange ? { onOpenChange } : {})}>
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
