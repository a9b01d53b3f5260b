import { Link } from "../../app/navigation.tsx"
import { isNever } from "../../components/resource/cell.tsx"
import { Banner } from "../../components/ui/banner.tsx"
import { buttonClass } from "../../components/ui/button.tsx"
import { formatDuration, plural } from "../../format.ts"
import { serverTime } from "../../now.ts"
import type { GroupDetails } from "../../trpc/types.ts"

export interface GroupBannerProps {
  cluster: string
  details: GroupDetails
  notice: { claim: string; detail: string } | undefined
}

/** At most one: the worst that is true of this group now. */
export function GroupBanner({ cluster, details, notice }: GroupBannerProps) {
  const { problems, group, alert, offsets, neverCommitted } = details
  const worst = problems.find(({ status }) => status === "bad") ?? problems[0]
  if (worst) {
    const furthest = offsets[0]
    return (
      <Banner
        status={worst.status}
        claim={`${group}: ${worst.text}.`}
        actions={
          furthest ? (
            <Link
              href={`/topics/view?${new URLSearchParams({ cluster, topic: furthest.topic })}`}
              className={buttonClass({ isSmall: true })}
            >
              Show the topic
            </Link>
          ) : null
        }
      >
        {alertWords(alert)} {furthest ? `Furthest behind is ${furthest.topic}, partition ${furthest.partition}.` : ""}
      </Banner>
    )
  }
  if (isNever(details.lagRecords)) {
    return (
      <Banner status="info" claim="This group never committed an offset.">
        How far it is behind cannot be said; it starts where its consumers are told to start.
      </Banner>
    )
  }
  if (neverCommitted > 0) {
    return (
      <Banner status="info" claim={`${plural(neverCommitted, "partition")} without a commit.`}>
        They count neither as read nor as lag.
      </Banner>
    )
  }
  return notice ? (
    <Banner status="warn" claim={notice.claim}>
      {notice.detail}
    </Banner>
  ) : null
}

function alertWords(alert: GroupDetails["alert"]): string {
  if (!alert || alert.state === "inactive" || alert.since === null) return ""
  return `${alert.rule} is ${alert.state} for ${formatDuration(Math.max(0, serverTime() - alert.since))}.`
}
