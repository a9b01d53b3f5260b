import type { ReactNode } from "react"

export interface PageHeadProps {
  crumbs?: ReactNode
  title: ReactNode
  /** State and facts beside the title. */
  children?: ReactNode
  actions?: ReactNode
}

export function PageHead({ crumbs, title, children, actions }: PageHeadProps) {
  return (
    <div className="mb-3 flex min-h-7 flex-wrap items-center gap-x-2.5 gap-y-1">
      <h1 className="flex min-w-0 items-center gap-1 text-15 tracking-[-.15px] whitespace-nowrap">
        {crumbs ? <span className="text-dim">{crumbs}</span> : null}
        <span className="truncate">{title}</span>
      </h1>
      {children}
      {actions ? <div className="ml-auto flex flex-none items-center gap-2">{actions}</div> : null}
    </div>
  )
}
