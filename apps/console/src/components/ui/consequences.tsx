import type { ReactNode } from "react"
import { cx } from "./cx.ts"
import { type Status, StatusShape } from "./status-shape.tsx"

export interface Consequence {
  status: Status
  claim: ReactNode
  detail?: ReactNode
}

/** What a change does, worst first: shape, bold claim, one line of detail. */
export function Consequences({ items }: { items: readonly Consequence[] }) {
  return (
    <ul aria-label="Consequences">
      {items.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list is replaced as a whole and has no identity of its own
        <li key={at} className="flex gap-[9px] border-b border-grid py-[7px] first:pt-0">
          <StatusShape status={item.status} className="mt-[5px]" />
          <div className="min-w-0">
            <b className={cx("font-[560]", item.status === "bad" && "text-bad", item.status === "warn" && "text-warn")}>{item.claim}</b>
            {item.detail ? <p className="text-12 text-dim">{item.detail}</p> : null}
          </div>
        </li>
      ))}
    </ul>
  )
}

export interface FieldChange {
  path: string
  before: string | null
  after: string | null
}

/** Field by field: what it was and what it becomes. */
export function Diff({ changes }: { changes: readonly FieldChange[] }) {
  return (
    <table className="mono w-full leading-[22px]" aria-label="Changed fields">
      <thead className="sr-only">
        <tr>
          <th>Field</th>
          <th>Before</th>
          <th>After</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ path, before, after }) => (
          <tr key={path} className="align-baseline">
            <td className="pr-2 break-all">{path}</td>
            <td className={cx("pr-2 text-right break-all", before === null ? "text-dim" : "text-bad")}>{before ?? "not set"}</td>
            <td aria-hidden="true" className="px-1 text-dim">
              ›
            </td>
            <td className="break-all text-ok">{after ?? "removed"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
