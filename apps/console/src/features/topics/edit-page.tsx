"use client"
import { useQuery } from "@tanstack/react-query"
import { failureOf } from "../../components/resource/failure.ts"
import { FailedBody } from "../../components/resource/resource-table.tsx"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { PageHead } from "../../components/ui/page-head.tsx"
import { Panel } from "../../components/ui/panel.tsx"
import { Delayed, Skeleton } from "../../components/ui/skeleton.tsx"
import { useTRPC } from "../../trpc/client.ts"
import { useUrlState } from "../../url-state.ts"
import { EditCrumbs } from "./edit-crumbs.tsx"
import { EditForm } from "./edit-form.tsx"
import { editUrl } from "./edit-url.ts"
import { useResource } from "./yaml-tab.tsx"

/** Creates a topic, or changes the one in the address: fields that one did not touch follow what others change meanwhile. */
export function EditPage() {
  const cluster = useCluster()
  const [{ topic }] = useUrlState(editUrl)
  const trpc = useTRPC()
  const isNew = topic === ""
  const form = useQuery({ ...trpc.resources.form.queryOptions({ kind: "RivvenTopic", cluster }), enabled: cluster !== "" })
  const resource = useResource(cluster, topic, { isEnabled: !isNew })
  const title = isNew ? "Create topic" : "Edit"
  const error = form.error ?? resource.error
  const retry = () => {
    void form.refetch()
    if (!isNew) void resource.refetch()
  }
  if (form.data && (isNew || resource.data)) {
    const view = resource.data?.data
    return (
      <EditForm
        key={`${cluster}\n${topic}`}
        cluster={cluster}
        topic={topic}
        form={form.data.data}
        original={(isNew ? form.data.data.template.yaml : (view?.yaml ?? "")).trimEnd()}
        resource={isNew ? undefined : view}
      />
    )
  }
  return (
    <>
      <PageHead crumbs={<EditCrumbs cluster={cluster} topic={topic} />} title={title} />
      <Panel isFlush={error !== null}>
        {error ? (
          <FailedBody
            failure={failureOf(error, { what: "edit this topic", back: { href: "/topics", label: "All topics" }, onRetry: retry })}
          />
        ) : (
          <Delayed>
            <div className="flex h-60 flex-col gap-3">
              <Skeleton width={180} />
              <Skeleton width={260} />
              <Skeleton width={220} />
            </div>
          </Delayed>
        )}
      </Panel>
    </>
  )
}
