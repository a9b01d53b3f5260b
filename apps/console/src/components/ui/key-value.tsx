import { Fragment, type ReactNode } from "react"

/** Label left in dim, value right in ink. */
export function KeyValue({ items }: { items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 tabular-nums">
      {items.map(([label, value]) => (
        <Fragment key={label}>
          <dt className="whitespace-nowrap text-dim">{label}</dt>
          <dd className="min-w-0 text-right break-words">{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
