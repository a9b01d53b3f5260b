"use client"
import { useQuery } from "@tanstack/react-query"
import { Link } from "../../app/navigation.tsx"
import { known } from "../../components/resource/cell.tsx"
import { Banner } from "../../components/ui/banner.tsx"
import { buttonClass } from "../../components/ui/button.tsx"
import { useTRPC } from "../../trpc/client.ts"
import type { TopicDetails } from "../../trpc/types.ts"

export interface TopicBannerProps {
  cluster: string
  details: TopicDetails
  /** A source that this page lacks, if nothing is worse. */
  notice: { claim: string; detail: string } | undefined
}

/** At most one: the worst that is true of this topic now, with what can be done about it. */
export function TopicBanner({ cluster, details, notice }: TopicBannerProps) {
  const { resource, offline, underReplicated, problems } = details
  const failed = resource?.rollout.state === "failed" ? resource.rollout.steps.find(({ state }) => state === "failed") : undefined
  if (failed) {
    return (
      <Banner status="bad" claim={`${failed.label}: failed.`} actions={<EditLink cluster={cluster} topic={details.name} />}>
        {failed.detail || details.state.reason}
      </Banner>
    )
  }
  if (offline > 0) {
    return (
      <Banner status="bad" claim={`${offline} of its partitions are offline.`}>
        They can be neither written nor read until their leader is back.
      </Banner>
    )
  }
  if (problems.some(({ code }) => code === "DRIFT")) return <DriftBanner cluster={cluster} topic={details.name} />
  if (underReplicated > 0) {
    return (
      <Banner status="warn" claim={`${underReplicated} of its partitions lack a replica.`}>
        Writes are still accepted.
      </Banner>
    )
  }
  const worst = problems.find(({ status }) => status === "bad") ?? problems[0]
  if (worst)
    return (
      <Banner status={worst.status} claim={`${worst.text.charAt(0).toUpperCase()}${worst.text.slice(1)}.`}>
        {details.state.reason}
      </Banner>
    )
  return notice ? (
    <Banner status="warn" claim={notice.claim}>
      {notice.detail}
    </Banner>
  ) : null
}

/** What the resource says and what the broker has. */
function DriftBanner({ cluster, topic }: { cluster: string; topic: string }) {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.topics.drift.queryOptions({ cluster, topic }))
  const rows = data?.data.rows ?? []
  return (
    <Banner status="warn" claim="The broker differs from the resource." actions={<EditLink cluster={cluster} topic={topic} />}>
      {rows
        .slice(0, 3)
        .map(
          ({ label, desired, observed }) =>
            `${label}: ${desired ?? "nothing"} in the resource, ${typeof observed === "object" ? (known(observed) ?? "unknown") : observed} on the broker`,
        )
        .join("; ")}
    </Banner>
  )
}

function EditLink({ cluster, topic }: { cluster: string; topic: string }) {
  return (
    <Link href={`/topics/edit?${new URLSearchParams({ cluster, topic })}`} className={buttonClass({ isSmall: true })}>
      Edit
    </Link>
  )
}
