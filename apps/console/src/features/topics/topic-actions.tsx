"use client"
import { lazy, Suspense, useState } from "react"
import { Link } from "../../app/navigation.tsx"
import { Button, buttonClass } from "../../components/ui/button.tsx"
import { Icon } from "../../components/ui/icon.tsx"
import type { TopicDetails } from "../../trpc/types.ts"

const AdoptDialog = lazy(() => import("./adopt-dialog.tsx"))
const DeleteDialog = lazy(() => import("./delete-dialog.tsx"))

/** What can be done with a topic. What is not allowed is disabled and names the missing permission. */
export function TopicActions({ cluster, topic }: { cluster: string; topic: TopicDetails }) {
  const [opened, setOpened] = useState<"adopt" | "delete" | null>(null)
  const close = () => setOpened(null)
  const isDeleting = topic.resource?.isDeleting === true
  const canDelete = topic.allowed.includes("delete") && !topic.isInternal && !isDeleting
  return (
    <>
      {topic.management.state === "unmanaged" && !topic.isInternal && topic.allowed.includes("alter") ? (
        <Button icon="cube" onClick={() => setOpened("adopt")}>
          Adopt
        </Button>
      ) : null}
      <Button icon="trash" disabled={!canDelete} data-tip={deleteHint(topic, isDeleting)} onClick={() => setOpened("delete")}>
        Delete…
      </Button>
      {topic.allowed.includes("alter") ? (
        <Link href={`/topics/edit?${new URLSearchParams({ cluster, topic: topic.name })}`} className={buttonClass({ kind: "primary" })}>
          <Icon name="edit" className="-ml-0.5" />
          Edit
        </Link>
      ) : (
        <Button kind="primary" icon="edit" disabled data-tip="This needs the permission topic:alter">
          Edit
        </Button>
      )}
      <Suspense fallback={null}>
        {opened === "adopt" ? <AdoptDialog cluster={cluster} topic={topic.name} onClose={close} /> : null}
        {opened === "delete" ? <DeleteDialog cluster={cluster} topic={topic} onClose={close} /> : null}
      </Suspense>
    </>
  )
}

function deleteHint(topic: TopicDetails, isDeleting: boolean): string | undefined {
  if (isDeleting) return "It is being deleted"
  if (topic.isInternal) return "Topics of the system cannot be deleted here"
  return topic.allowed.includes("delete") ? undefined : "This needs the permission topic:delete"
}
