"use client"
// One list for all resources: states, sorting, virtual rows, keyboard and held updates live here once. Head and columns stay in place
// whatever the state of the body is.
import type { RowData } from "@tanstack/react-table"
import { type ReactNode, useState } from "react"
import { Link } from "../../app/navigation.tsx"
import { Button, buttonClass } from "../ui/button.tsx"
import { EmptyState } from "../ui/empty-state.tsx"
import { type Column, type Sort, shownColumns } from "./columns.ts"
import { useHeldRows } from "./held-rows.ts"
import { Notice } from "./notices.tsx"
import { HeadCell } from "./table-head.tsx"
import { type Failure, LoadingRows } from "./table-states.tsx"
import { useResourceTable } from "./use-resource-table.ts"
import { VirtualRows } from "./virtual-rows.tsx"

export interface ResourceTableProps<Row> {
  /** What the list holds, for people who do not see it: "Topics". */
  label: string
  columns: readonly Column<Row>[]
  /** Ids of the columns to show; empty means those that are not hidden by default. */
  chosen: readonly string[]
  /** undefined while the first answer is on its way. */
  rows: readonly Row[] | undefined
  /** All rows that match, loaded or not. */
  total: number
  idOf: (row: Row) => string
  onOpen: (row: Row) => void
  sort: Sort
  onSort: (sort: Sort) => void
  /** Filter and sort in words: when it changes, another order was asked for. */
  question: string
  failure?: Failure | undefined
  notices?: readonly { claim: string; detail: string }[]
  isStale?: boolean
  empty: ReactNode
  footer?: ReactNode
  onNeed?: (lastIndex: number) => void
}

export function ResourceTable<Row extends RowData>(props: ResourceTableProps<Row>) {
  const { label, columns, chosen, rows, total, idOf, sort, onSort, failure } = props
  // Held as state: the rows inside need the element before the first paint.
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const [isHeld, setHeld] = useState(false)
  const held = useHeldRows({ rows: rows ?? none, idOf, isHeld, question: props.question })
  const table = useResourceTable({ columns, chosen, rows: held.rows, idOf, sort, onSort })
  const shown = shownColumns(columns, chosen)
  const state = bodyState(rows, failure)
  return (
    <section aria-label={label} className="flex min-h-0 flex-col overflow-hidden rounded-3 border border-line bg-panel">
      {held.held > 0 ? <HeldBar count={held.held} onShow={held.release} /> : null}
      {state === "rows" || state === "empty" ? <Notices notices={props.notices ?? none} /> : null}
      <div
        ref={setScroller}
        className="min-h-0 flex-auto overflow-auto overscroll-contain [overflow-anchor:none]"
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={() => setHeld(false)}
      >
        <table
          className="tbl table-fixed"
          style={{ minWidth: shown.reduce((sum, column) => sum + column.width, 0) }}
          aria-label={label}
          aria-rowcount={state === "rows" ? total + 1 : -1}
          aria-busy={state === "loading"}
          data-stale={props.isStale === true}
        >
          <colgroup>
            {table.getVisibleLeafColumns().map(({ id, columnDef }) => (
              <col key={id} style={{ width: columnDef.meta?.width }} />
            ))}
          </colgroup>
          <thead className="sticky top-0 z-10">
            <tr aria-rowindex={1}>
              {table
                .getFlatHeaders()
                .map((header) => (header.column.getIsVisible() ? <HeadCell key={header.id} header={header} table={table} /> : null))}
            </tr>
          </thead>
          {state === "loading" ? <LoadingRows columns={shown} /> : null}
          {state === "rows" ? (
            <VirtualRows
              table={table}
              total={total}
              onOpen={props.onOpen}
              scroller={scroller}
              release={held.release}
              {...(props.onNeed ? { onNeed: props.onNeed } : {})}
            />
          ) : null}
        </table>
        {state === "failed" && failure ? <FailedBody failure={failure} /> : null}
        {state === "empty" ? props.empty : null}
      </div>
      {props.footer && state === "rows" ? (
        <footer className="flex h-8 flex-none items-center gap-3 border-t border-line px-(--pad) text-12 text-dim tabular-nums">
          {props.footer}
        </footer>
      ) : null}
    </section>
  )
}

/** Rows that came stay on screen whatever happens after. */
function bodyState(rows: readonly unknown[] | undefined, failure: Failure | undefined): "loading" | "failed" | "empty" | "rows" {
  if (rows && rows.length > 0) return "rows"
  if (failure) return "failed"
  return rows ? "empty" : "loading"
}

function Notices({ notices }: { notices: readonly { claim: string; detail: string }[] }) {
  return notices.map(({ claim, detail }) => (
    <Notice key={claim} claim={claim}>
      {detail}
    </Notice>
  ))
}

const none: readonly never[] = []

function HeldBar({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <button
      type="button"
      onClick={onShow}
      className="block h-[26px] w-full flex-none border-b border-line bg-accent-soft text-12 text-accent"
    >
      <b className="font-strong">{count === 1 ? "1 update" : `${count} updates`}</b> held while you read. Show
    </button>
  )
}

export function FailedBody({ failure }: { failure: Failure }) {
  const { title, detail, requestId, isDenied, onRetry, back } = failure
  return (
    <EmptyState
      mark={isDenied ? "lock" : "bad"}
      title={title}
      action={
        onRetry ? (
          <Button icon="refresh" onClick={onRetry}>
            Retry
          </Button>
        ) : back ? (
          <Link href={back.href} className={buttonClass({})}>
            {back.label}
          </Link>
        ) : null
      }
    >
      {/[.!?]$/.test(detail) ? detail : `${detail}.`}
      {requestId ? (
        <>
          {" "}
          Id <code className="mono">{requestId}</code>
        </>
      ) : null}
    </EmptyState>
  )
}
