"use client"
import type { ReactNode } from "react"
import { Link, useGo } from "../../app/navigation.tsx"
import { known } from "../../components/resource/cell.tsx"
import { failureOf, noticesOf } from "../../components/resource/failure.ts"
import { FailedBody } from "../../components/resource/resource-table.tsx"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { CopyId } from "../../components/ui/copy-id.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { useKeys } from "../../components/ui/keys.ts"
import { PageHead } from "../../components/ui/page-head.tsx"
import { Panel } from "../../components/ui/panel.tsx"
import { Delayed, Skeleton } from "../../components/ui/skeleton.tsx"
import { StatusLabel } from "../../components/ui/status-shape.tsx"
import { type Tab, TabPanel, Tabs } from "../../components/ui/tabs.tsx"
import { plural } from "../../format.ts"
import type { TopicDetails } from "../../trpc/types.ts"
import { useUrlState } from "../../url-state.ts"
import { ConfigsTab } from "./configs-tab.tsx"
import { ConsumersTab } from "./consumers-tab.tsx"
import { EventsTab } from "./events-tab.tsx"
import { PartitionsTab } from "./partitions-tab.tsx"
import { TopicActions } from "./topic-actions.tsx"
import { TopicBanner } from "./topic-banner.tsx"
import { TopicOverview } from "./topic-overview.tsx"
import { topicTabs, topicUrl } from "./topics-url.ts"
import { useTopic } from "./use-topic.ts"
import { YamlTab } from "./yaml-tab.tsx"

export interface TopicPageProps {
  /** The records of the topic belong to another feature. */
  messages: ReactNode
}

const tabWords: Record<(typeof topicTabs)[number], string> = {
  partitions: "Partitions",
  configs: "Configs",
  messages: "Messages",
  consumers: "Consumers",
  yaml: "YAML",
  events: "Events",
}

export function TopicPage({ messages }: TopicPageProps) {
  const cluster = useCluster()
  const [{ topic, tab }, set] = useUrlState(topicUrl)
  const go = useGo()
  const { data, error, refetch } = useTopic(cluster, topic)
  const details = data?.data
  useKeys({
    y: () => set({ tab: "yaml" }, "push"),
    e: () => go(`/topics/edit?${new URLSearchParams({ cluster, topic })}`),
  })
  if (topic === "") return <NoTopic />
  if (error && !details) {
    return (
      <>
        <PageHead crumbs={<Crumbs />} title={topic} />
        <Panel isFlush>
          <FailedBody
            failure={failureOf(error, {
              what: "show this topic",
              back: { href: "/topics", label: "All topics" },
              onRetry: () => void refetch(),
            })}
          />
        </Panel>
      </>
    )
  }
  return (
    <>
      <PageHead crumbs={<Crumbs />} title={topic} actions={details ? <TopicActions cluster={cluster} topic={details} /> : null}>
        <CopyId text={topic} what="the name" />
        {details ? <Facts details={details} /> : null}
      </PageHead>
      <div className="mb-3 empty:hidden">
        {details ? <TopicBanner cluster={cluster} details={details} notice={noticesOf(data?.degraded ?? [])[0]} /> : null}
      </div>
      {details ? (
        <Tabs label="Topic" value={tab} tabs={tabsOf(details)} onChoose={(next) => set({ tab: next }, "push")}>
          <TabPanel value="partitions">
            <TopicOverview cluster={cluster} topic={topic} details={details} />
            <PartitionsTab cluster={cluster} topic={topic} />
          </TabPanel>
          <TabPanel value="configs">
            <ConfigsTab cluster={cluster} topic={topic} isEditable={details.allowed.includes("alter")} />
          </TabPanel>
          <TabPanel value="messages">{messages}</TabPanel>
          <TabPanel value="consumers">
            <ConsumersTab cluster={cluster} topic={topic} />
          </TabPanel>
          <TabPanel value="yaml">
            <YamlTab cluster={cluster} topic={topic} />
          </TabPanel>
          <TabPanel value="events">
            <EventsTab cluster={cluster} topic={topic} isManaged={details.resource !== null} />
          </TabPanel>
        </Tabs>
      ) : (
        <Delayed>
          <Skeleton width={360} />
        </Delayed>
      )}
    </>
  )
}

function Crumbs() {
  return (
    <>
      <Link href="/topics" className="hover:text-ink">
        Topics
      </Link>{" "}
      /
    </>
  )
}

function Facts({ details }: { details: TopicDetails }) {
  const { state, replicationFactor, resource, isInternal } = details
  const copies = known(replicationFactor)
  const facts = [
    copies === null ? undefined : copies === 1 ? "one copy" : plural(copies, "copy", "copies"),
    resource ? `resource ${resource.namespace}/${resource.name}` : undefined,
    isInternal ? "internal" : undefined,
  ].filter((fact) => fact !== undefined)
  return (
    <>
      <span title={state.reason}>
        <StatusLabel
          status={resource === null && state.status === "ok" ? "off" : state.status}
          isStrong={state.status === "bad" || state.status === "warn"}
        >
          {state.word}
        </StatusLabel>
      </span>
      <span className="truncate text-dim">{facts.join(", ")}</span>
    </>
  )
}

function tabsOf(details: TopicDetails): Tab<(typeof topicTabs)[number]>[] {
  const partitions = known(details.partitions)
  return topicTabs.map((value) => {
    const count = value === "partitions" ? partitions : value === "consumers" ? details.groups : null
    return { value, label: tabWords[value], ...(count === null ? {} : { count }) }
  })
}

function NoTopic() {
  return (
    <Panel isFlush>
      <EmptyState
        mark="topics"
        title="This address names no topic"
        action={
          <Link href="/topics" className="link">
            All topics
          </Link>
        }
      />
    </Panel>
  )
}
