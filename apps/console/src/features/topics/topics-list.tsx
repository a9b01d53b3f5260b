"use client"
import { useCallback, useMemo } from "react"
import { Link, useGo } from "../../app/navigation.tsx"
import { ColumnChooser } from "../../components/resource/column-chooser.tsx"
import { parseSort, sortText } from "../../components/resource/columns.ts"
import { Counted } from "../../components/resource/counted.tsx"
import { failureOf, noticesOf } from "../../components/resource/failure.ts"
import { FilterBox } from "../../components/resource/filter-box.tsx"
import { ListPage, ListTools } from "../../components/resource/list-page.tsx"
import { ResourceTable } from "../../components/resource/resource-table.tsx"
import { useStaleNotice } from "../../components/resource/staleness.ts"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { Button, buttonClass } from "../../components/ui/button.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { Freshness } from "../../components/ui/freshness.tsx"
import { Icon } from "../../components/ui/icon.tsx"
import { PageHead } from "../../components/ui/page-head.tsx"
import { Segmented } from "../../components/ui/segmented.tsx"
import { formatExact, plural } from "../../format.ts"
import type { TopicRow } from "../../trpc/types.ts"
import { useUrlState } from "../../url-state.ts"
import { topicColumns, topicHref } from "./topic-columns.tsx"
import { topicsUrl } from "./topics-url.ts"
import { useTopics } from "./use-topics.ts"

const nameOf = (row: TopicRow) => row.name

export function TopicsList() {
  const cluster = useCluster()
  const [state, set] = useUrlState(topicsUrl)
  const go = useGo()
  const list = useTopics(cluster, state)
  const sort = useMemo(() => parseSort(state.sort), [state.sort])
  const counts = list.last?.counts
  const hasProblems = (counts?.problems ?? 0) > 0
  const columns = useMemo(() => topicColumns(cluster, { hasProblems }), [cluster, hasProblems])
  const matching = list.last?.matching ?? 0
  const onFilter = useCallback((q: string) => set({ q }), [set])
  const stale = useStaleNotice(list.asOf)
  return (
    <ListPage>
      <PageHead
        title="Topics"
        actions={
          <Link href="/topics/edit" className={buttonClass({ kind: "primary" })}>
            <Icon name="plus" className="-ml-0.5" />
            Create topic
          </Link>
        }
      >
        {counts ? <span className="text-dim tabular-nums">{headWords(counts)}</span> : null}
      </PageHead>
      <ListTools>
        <FilterBox label="Filter topics" placeholder="Filter by name, label:team=shop" value={state.q} onChange={onFilter} />
        <Segmented
          label="Which topics"
          value={state.view}
          onChoose={(view) => set({ view })}
          segments={[
            { value: "all", label: <Counted word="All" count={counts?.all} /> },
            { value: "problems", label: <Counted word="Problems" count={counts?.problems} isWarning /> },
            { value: "unmanaged", label: <Counted word="Unmanaged" count={counts?.unmanaged} /> },
          ]}
        />
        <Button aria-pressed={state.internal} onClick={() => set({ internal: !state.internal })} className="aria-pressed:bg-press">
          Internal
        </Button>
        <ColumnChooser columns={columns} chosen={state.columns} onChoose={(chosen) => set({ columns: chosen })} />
      </ListTools>
      <ResourceTable
        label="Topics"
        columns={columns}
        chosen={state.columns}
        rows={list.rows}
        total={matching}
        idOf={nameOf}
        onOpen={(row) => go(topicHref(cluster, row.name))}
        sort={sort}
        onSort={(next) => set({ sort: sortText(next) as typeof state.sort })}
        question={`${state.q}\n${state.view}\n${state.sort}\n${state.internal}`}
        failure={list.error && !list.rows ? failureOf(list.error, { what: "list topics", onRetry: () => void list.refetch() }) : undefined}
        notices={[...(stale ? [stale] : []), ...noticesOf(list.degraded)]}
        isStale={stale !== undefined}
        empty={<NoTopics state={state} all={counts?.all ?? 0} onClear={() => set({ q: "", view: "all" })} />}
        onNeed={list.onNeed}
        footer={
          <>
            <span>
              {formatExact(list.rows?.length ?? 0)} loaded of {plural(matching, "topic")}
            </span>
            <span className="ml-auto">
              <Freshness asOf={list.asOf} />
            </span>
          </>
        }
      />
    </ListPage>
  )
}

function headWords({ all, problems }: { all: number; problems: number }): string {
  return problems === 0 ? formatExact(all) : `${formatExact(all)}, ${formatExact(problems)} with problems`
}

function NoTopics({ state, all, onClear }: { state: { q: string; view: string }; all: number; onClear: () => void }) {
  if (state.q === "" && state.view === "all") {
    return (
      <EmptyState
        mark="topics"
        title="No topics yet"
        action={
          <Link href="/topics/edit" className={buttonClass({ kind: "primary" })}>
            Create topic
          </Link>
        }
      >
        A topic appears here when somebody creates it, or when a client writes to a name that does not exist yet.
      </EmptyState>
    )
  }
  const title = state.q
    ? `No topic matches ${state.q}`
    : state.view === "problems"
      ? "No topic has a problem"
      : "Every topic is managed by a resource"
  return (
    <EmptyState mark="topics" title={title} action={<Button onClick={onClear}>{state.q ? "Clear the filter" : "Show all topics"}</Button>}>
      {all > 0 ? `${plural(all, "topic")} match without it.` : "Filters match parts of names; label:name=value matches a label."}
    </EmptyState>
  )
}
