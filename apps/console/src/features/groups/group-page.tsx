"use client"
import { Link } from "../../app/navigation.tsx"
import { known } from "../../components/resource/cell.tsx"
import { failureOf, noticesOf } from "../../components/resource/failure.ts"
import { FailedBody } from "../../components/resource/resource-table.tsx"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { CopyId } from "../../components/ui/copy-id.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { Freshness } from "../../components/ui/freshness.tsx"
import { PageHead } from "../../components/ui/page-head.tsx"
import { Panel } from "../../components/ui/panel.tsx"
import { Delayed, Skeleton } from "../../components/ui/skeleton.tsx"
import { StatusLabel } from "../../components/ui/status-shape.tsx"
import { plural } from "../../format.ts"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import type { GroupDetails } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"
import { useUrlState } from "../../url-state.ts"
import { GroupBanner } from "./group-banner.tsx"
import { stateWord } from "./group-columns.tsx"
import { GroupTiles } from "./group-tiles.tsx"
import { groupUrl } from "./groups-url.ts"
import { LagPanels } from "./lag-panels.tsx"
import { MembersPanel } from "./members-panel.tsx"
import { OffsetsPanel } from "./offsets-panel.tsx"

export function GroupPage() {
  const cluster = useCluster()
  const [{ group, unit }, set] = useUrlState(groupUrl)
  const { data, error, refetch } = useGroup(cluster, group)
  const details = data?.data
  if (group === "") {
    return (
      <Panel isFlush>
        <EmptyState
          mark="groups"
          title="This address names no group"
          action={
            <Link href="/groups" className="link">
              All groups
            </Link>
          }
        />
      </Panel>
    )
  }
  if (error && !details) {
    return (
      <>
        <PageHead crumbs={<Crumbs />} title={group} />
        <Panel isFlush>
          <FailedBody
            failure={failureOf(error, {
              what: "show this group",
              back: { href: "/groups", label: "All groups" },
              onRetry: () => void refetch(),
            })}
          />
        </Panel>
      </>
    )
  }
  return (
    <>
      <PageHead crumbs={<Crumbs />} title={group} actions={<Freshness asOf={data?.asOf ?? null} />}>
        <CopyId text={group} what="the group id" />
        {details ? <Facts details={details} /> : null}
      </PageHead>
      {details ? (
        <div className="flex flex-col gap-3">
          <GroupBanner cluster={cluster} details={details} notice={noticesOf(data?.degraded ?? [])[0]} />
          <GroupTiles details={details} />
          <LagPanels
            cluster={cluster}
            group={group}
            details={details}
            unit={unit}
            onUnit={(next) => set({ unit: next })}
            members={<MembersPanel cluster={cluster} group={group} />}
          />
          <OffsetsPanel cluster={cluster} details={details} />
        </div>
      ) : (
        <Delayed>
          <Skeleton width={360} />
        </Delayed>
      )}
    </>
  )
}

function useGroup(cluster: string, group: string) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  return useLiveQuery({
    queryKey: trpc.groups.get.queryKey({ cluster, group }),
    queryFn: () => client.groups.get.query({ cluster, group }),
    keys: [
      { of: "groups", cluster, name: group },
      { of: "metrics", cluster },
      { of: "alerts", cluster },
    ],
    isEnabled: cluster !== "" && group !== "",
  })
}

function Crumbs() {
  return (
    <>
      <Link href="/groups" className="hover:text-ink">
        Groups
      </Link>{" "}
      /
    </>
  )
}

function Facts({ details }: { details: GroupDetails }) {
  const { type, status, coordinator, protocol, members } = details
  const count = known(members)
  const facts = [
    type,
    count === null ? undefined : plural(count, "member"),
    protocol ? `${protocol} assignment` : undefined,
    coordinator ? `coordinator ${coordinator.id} (${coordinator.host}:${coordinator.port})` : undefined,
  ].filter((fact) => fact !== undefined)
  return (
    <>
      <StatusLabel status={status} isStrong={status === "bad" || status === "warn"}>
        {stateWord(details)}
      </StatusLabel>
      <span className="truncate text-dim">{facts.join(", ")}</span>
    </>
  )
}
