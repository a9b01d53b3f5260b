"use client"
import { useState } from "react"
import { failureOf } from "../../components/resource/failure.ts"
import { FailedBody } from "../../components/resource/resource-table.tsx"
import { CopyButton } from "../../components/ui/copy-id.tsx"
import { Panel } from "../../components/ui/panel.tsx"
import { Segmented } from "../../components/ui/segmented.tsx"
import { YamlEditor } from "../../components/ui/yaml-editor.tsx"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"

export function useResource(cluster: string, topic: string, { isEnabled = true }: { isEnabled?: boolean } = {}) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const input = { kind: "RivvenTopic", cluster, topic } as const
  return useLiveQuery({
    queryKey: trpc.resources.get.queryKey(input),
    queryFn: () => client.resources.get.query(input),
    keys: [{ of: "resources", cluster }],
    isEnabled: isEnabled && cluster !== "" && topic !== "",
  })
}

/** The resource for reading: what somebody wrote, or everything with status. */
export function YamlTab({ cluster, topic }: { cluster: string; topic: string }) {
  const { data, error, refetch } = useResource(cluster, topic)
  const [view, setView] = useState<"spec" | "full">("spec")
  const resource = data?.data
  const text = view === "full" && resource?.isManaged ? resource.fullYaml.trimEnd() : (resource?.yaml ?? "").trimEnd()
  return (
    <Panel
      isFlush
      hasRule
      title="YAML"
      note={
        resource && !resource.isManaged
          ? "not a resource yet: what adopting the topic would write"
          : `generation ${resource?.generation ?? ""}`
      }
      aside={
        <>
          <CopyButton text={text}>Copy</CopyButton>
          {resource?.isManaged ? (
            <Segmented
              isSmall
              label="How much"
              value={view}
              onChoose={setView}
              segments={[
                { value: "spec", label: "Wanted" },
                { value: "full", label: "With status" },
              ]}
            />
          ) : null}
        </>
      }
    >
      {error && !resource ? <FailedBody failure={failureOf(error, { what: "read the resource", onRetry: () => void refetch() })} /> : null}
      {resource ? <YamlEditor label="Resource" value={text} /> : null}
    </Panel>
  )
}
