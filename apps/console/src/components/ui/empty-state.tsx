import type { ReactNode } from "react"
import { Icon, type IconName } from "./icon.tsx"
import { StatusShape } from "./status-shape.tsx"

export interface EmptyStateProps {
  /** `bad` draws the diamond of a failure. */
  mark: IconName | "bad"
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
}

/** Says why there is nothing, and the one next action. */
export function EmptyState({ mark, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex min-h-46 flex-col items-center justify-center gap-1 px-7 py-8 text-center">
      {mark === "bad" ? (
        <StatusShape status="bad" size="size-3.5" className="mb-1" />
      ) : (
        <Icon name={mark} className="mb-1 size-4.5 text-dim" />
      )}
      <strong className="font-strong">{title}</strong>
      {children ? <div className="mb-2 max-w-[56ch] text-12/[18px] text-balance text-dim">{children}</div> : null}
      {action}
    </div>
  )
}
