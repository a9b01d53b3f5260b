"use client"
import { cloneElement, lazy, type ReactElement, type ReactNode, Suspense, useState } from "react"

export interface PopoverProps {
  /** A button; the popover opens below it. */
  trigger: ReactElement<TriggerProps>
  children: ReactNode
  align?: "start" | "end"
  className?: string
  label: string
  isOpen?: boolean
  onOpenChange?: (open: boolean) => void
}

interface TriggerProps {
  onClick?: () => void
  onPointerEnter?: () => void
  "aria-haspopup"?: "dialog"
  "aria-expanded"?: boolean
}

const load = () => import("./popover-surface.tsx")
const Surface = lazy(load)

/** What floats is loaded with the first use: until then there is only the button. */
export function Popover(props: PopoverProps) {
  const { trigger, isOpen, onOpenChange } = props
  const [isWanted, setWanted] = useState(false)
  const button = cloneElement(trigger, {
    "aria-haspopup": "dialog",
    "aria-expanded": false,
    onPointerEnter: () => void load(),
    onClick: () => {
      setWanted(true)
      onOpenChange?.(true)
    },
  })
  if (!isWanted && isOpen !== true) return button
  return (
    <Suspense fallback={button}>
      <Surface {...props} />
    </Suspense>
  )
}

/** Small heading inside a menu or popover. */
export function PopHeading({ children }: { children: ReactNode }) {
  return <div className="px-2 pt-1.5 pb-[3px] text-11 text-dim">{children}</div>
}
