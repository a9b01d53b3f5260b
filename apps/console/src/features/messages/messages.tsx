"use client"
import { lazy, type ReactNode, Suspense, useState } from "react"
import { failureOf, noticesOf } from "../../components/resource/failure.ts"
import { Notice } from "../../components/resource/notices.tsx"
import { FailedBody } from "../../components/resource/resource-table.tsx"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { Button } from "../../components/ui/button.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { Freshness } from "../../components/ui/freshness.tsx"
import { Panel } from "../../components/ui/panel.tsx"
import { Delayed } from "../../components/ui/skeleton.tsx"
import { StatusLabel } from "../../components/ui/status-shape.tsx"
import { formatExact, plural } from "../../format.ts"
import type { Message } from "../../trpc/types.ts"
import { useUrlState } from "../../url-state.ts"
import { MessagesTable } from "./messages-table.tsx"
import { messagesUrl, parseRecord, recordText } from "./messages-url.ts"
import { SeekBar } from "./seek-bar.tsx"
import { startOf, useMessages } from "./use-messages.ts"
import { useTail } from "./use-tail.ts"

const RecordDrawer = lazy(() => import("./record-drawer.tsx"))

/** Records of the topic in the address: newest first, from a place, or as they are written. */
export function Messages() {
  const cluster = useCluster()
  const [state, set] = useUrlState(messagesUrl)
  const { topic, tail: isTailing, record } = state
  const page = useMessages({ cluster, topic, seek: state, isEnabled: !isTailing })
  const opened = parseRecord(record)
  const select = (message: Message) => set({ record: recordText(message) }, record === "" ? "push" : "replace")
  return (
    <>
      <SeekBar
        seek={state}
        isTailing={isTailing}
        onSeek={(change) => set(change)}
        onTail={(isOn) => set({ tail: isOn })}
        onRefresh={() => void page.refetch()}
      />
      {isTailing ? (
        <LiveTail cluster={cluster} topic={topic} partition={state.partition} selected={record} onSelect={select} />
      ) : startOf(state) === null ? (
        <Panel isFlush>
          <EmptyState mark="search" title={state.at === "offset" ? "From which offset?" : "From which time?"}>
            Records at and after it are shown, oldest at the bottom.
          </EmptyState>
        </Panel>
      ) : (
        <Pages page={page} selected={record} onSelect={select} />
      )}
      <Suspense fallback={null}>
        {opened ? <RecordDrawer key={record} cluster={cluster} topic={topic} record={opened} onClose={() => set({ record: "" })} /> : null}
      </Suspense>
    </>
  )
}

interface RowsProps {
  selected: string
  onSelect: (message: Message) => void
}

function Frame({ children, footer }: { children: ReactNode; footer?: ReactNode }) {
  return (
    <Panel isFlush label="Messages">
      {children}
      {footer ? (
        <footer className="flex h-9 items-center gap-3 border-t border-line px-(--pad) text-12 text-dim tabular-nums">{footer}</footer>
      ) : null}
    </Panel>
  )
}

function Pages({ page, selected, onSelect }: RowsProps & { page: ReturnType<typeof useMessages> }) {
  const { messages, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isForward, coverage, asOf, degraded } = page
  if (!messages) {
    return (
      <Frame>
        {error ? (
          <FailedBody failure={failureOf(error, { what: "read records", onRetry: () => void refetch() })} />
        ) : (
          <div className="grid min-h-46 place-items-center">
            <Delayed>
              <StatusLabel status="busy">Reading records</StatusLabel>
            </Delayed>
          </div>
        )}
      </Frame>
    )
  }
  if (messages.length === 0) {
    return (
      <Frame>
        <EmptyState mark="topics" title="No record here">
          {isForward
            ? "Nothing was written at or after this place yet."
            : "Nothing was written to this topic yet, or retention removed it."}{" "}
          Live tail shows records as they come.
        </EmptyState>
      </Frame>
    )
  }
  const read = coverage?.filter(({ fromOffset, toOffset }) => toOffset > fromOffset).length ?? 0
  return (
    <Frame
      footer={
        <>
          <span>
            {plural(messages.length, "record")} of {plural(read, "partition")}
          </span>
          <Button isSmall disabled={!hasNextPage || isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {hasNextPage ? (isForward ? "Newer records" : "Older records") : isForward ? "This is the newest" : "This is the oldest"}
          </Button>
          <span className="ml-auto">
            <Freshness asOf={asOf} />
          </span>
        </>
      }
    >
      {noticesOf(degraded).map(({ claim, detail }) => (
        <Notice key={claim} claim={claim}>
          {detail}
        </Notice>
      ))}
      <div className="overflow-auto">
        <MessagesTable messages={messages} selected={selected} onSelect={onSelect} />
      </div>
    </Frame>
  )
}

/** New records at the top; while somebody points at the rows they are held back, and counted. */
function LiveTail({
  cluster,
  topic,
  partition,
  selected,
  onSelect,
}: RowsProps & { cluster: string; topic: string; partition: number | null }) {
  const tail = useTail({ cluster, topic, partition, isOn: true })
  const [frozen, setFrozen] = useState<readonly Message[] | null>(null)
  const shown = frozen ?? tail.messages
  const first = shown[0]
  const held = frozen && first ? tail.messages.findIndex((message) => recordText(message) === recordText(first)) : 0
  return (
    <Frame
      footer={
        <>
          <StatusLabel status={tail.problem ? "warn" : tail.isConnected ? "ok" : "busy"}>
            {tail.problem ?? (tail.isConnected ? "live" : "connecting")}
          </StatusLabel>
          {tail.skipped > 0 ? <span>{formatExact(tail.skipped)} more came than can be read; they are not shown</span> : null}
          <span className="ml-auto">{frozen ? `${held < 0 ? "many" : held} held while you read` : plural(shown.length, "record")}</span>
        </>
      }
    >
      {shown.length === 0 ? (
        <EmptyState mark="clock" title="Waiting for records">
          Records appear here as they are written. Older ones are under Newest.
        </EmptyState>
      ) : (
        <div className="overflow-auto" onPointerEnter={() => setFrozen(tail.messages)} onPointerLeave={() => setFrozen(null)}>
          <MessagesTable messages={shown} selected={selected} onSelect={onSelect} />
        </div>
      )}
    </Frame>
  )
}
