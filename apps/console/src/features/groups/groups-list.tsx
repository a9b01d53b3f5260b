"use client"
import { useCallback, useMemo } from "react"
import { useGo } from "../../app/navigation.tsx"
import { ColumnChooser } from "../../components/resource/column-chooser.tsx"
import { parseSort, sortText } from "../../components/resource/columns.ts"
import { Counted } from "../../components/resource/counted.tsx"
import { failureOf, noticesOf } from "../../components/resource/failure.ts"
import { FilterBox } from "../../components/resource/filter-box.tsx"
import { ListPage, ListTools } from "../../components/resource/list-page.tsx"
import { ResourceTable } from "../../components/resource/resource-table.tsx"
import { useStaleNotice } from "../../components/resource/staleness.ts"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { Button } from "../../components/ui/button.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { Freshness } from "../../components/ui/freshness.tsx"
import { PageHead } from "../../components/ui/page-head.tsx"
import { Segmented } from "../../components/ui/segmented.tsx"
import { formatExact, plural } from "../../format.ts"
import { useTRPCClient } from "../../trpc/client.ts"
import type { GroupRow, Inputs } from "../../trpc/types.ts"
import { usePagedQuery } from "../../trpc/use-paged-query.ts"
import { useUrlState } from "../../url-state.ts"
import { groupColumns, groupHref } from "./group-columns.tsx"
import { groupsUrl } from "./groups-url.ts"

type SortBy = NonNullable<Inputs["groups"]["list"]["sortBy"]>

const idOf = (row: GroupRow) => row.group

export function GroupsList() {
  const cluster = useCluster()
  const [state, set] = useUrlState(groupsUrl)
  const go = useGo()
  const client = useTRPCClient()
  const sort = useMemo(() => parseSort(state.sort), [state.sort])
  const question = { cluster, filter: state.q, view: state.view, sortBy: sort.by as SortBy, isDescending: sort.isDescending }
  const list = usePagedQuery({
    queryKey: ["groups", "list", question],
    fetchPage: (cursor) => client.groups.list.query({ ...question, cursor }),
    keys: [
      { of: "groups", cluster },
      { of: "metrics", cluster },
    ],
    isEnabled: cluster !== "",
  })
  const columns = useMemo(() => groupColumns(cluster), [cluster])
  const counts = list.last?.counts
  const matching = list.last?.matching ?? 0
  const stale = useStaleNotice(list.asOf)
  const onFilter = useCallback((q: string) => set({ q }), [set])
  return (
    <ListPage>
      <PageHead title="Groups">
        {counts ? (
          <span className="text-dim tabular-nums">
            {formatExact(counts.all)}
            {counts.problems > 0 ? `, ${formatExact(counts.problems)} with problems` : ""}
          </span>
        ) : null}
      </PageHead>
      <ListTools>
        <FilterBox label="Filter groups" placeholder="Filter by name" value={state.q} onChange={onFilter} />
        <Segmented
          label="Which groups"
          value={state.view}
          onChoose={(view) => set({ view })}
          segments={[
            { value: "all", label: <Counted word="All" count={counts?.all} /> },
            { value: "problems", label: <Counted word="Problems" count={counts?.problems} isWarning /> },
            { value: "active", label: <Counted word="Active" count={counts?.active} /> },
            { value: "empty", label: <Counted word="Empty" count={counts?.empty} /> },
          ]}
        />
        <ColumnChooser columns={columns} chosen={state.columns} onChoose={(chosen) => set({ columns: chosen })} />
      </ListTools>
      <ResourceTable
        label="Groups"
        columns={columns}
        chosen={state.columns}
        rows={list.rows}
        total={matching}
        idOf={idOf}
        onOpen={(row) => go(groupHref(cluster, row.group))}
        sort={sort}
        onSort={(next) => set({ sort: sortText(next) as typeof state.sort })}
        question={`${state.q}\n${state.view}\n${state.sort}`}
        failure={list.error && !list.rows ? failureOf(list.error, { what: "list groups", onRetry: () => void list.refetch() }) : undefined}
        notices={[...(stale ? [stale] : []), ...noticesOf(list.degraded)]}
        isStale={stale !== undefined}
        empty={<NoGroups q={state.q} view={state.view} onClear={() => set({ q: "", view: "all" })} />}
        onNeed={list.onNeed}
        footer={
          <>
            <span>
              {formatExact(list.rows?.length ?? 0)} loaded of {plural(matching, "group")}
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

function NoGroups({ q, view, onClear }: { q: string; view: string; onClear: () => void }) {
  if (q === "" && view === "all") {
    return (
      <EmptyState mark="groups" title="No consumer groups yet">
        A group appears here when a consumer joins it or commits an offset.
      </EmptyState>
    )
  }
  const title = q ? `No group matches ${q}` : view === "problems" ? "No group has a problem" : `No group is ${view}`
  return (
    <EmptyState mark="groups" title={title} action={<Button onClick={onClear}>{q ? "Clear the filter" : "Show all groups"}</Button>}>
      The filter looks for parts of names.
    </EmptyState>
  )
}
