"use client"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { Cell } from "../../components/resource/cell.tsx"
import { failureOf } from "../../components/resource/failure.ts"
import { CopyId } from "../../components/ui/copy-id.tsx"
import { Drawer } from "../../components/ui/dialog.tsx"
import { KeyValue } from "../../components/ui/key-value.tsx"
import { Segmented } from "../../components/ui/segmented.tsx"
import { useTRPC } from "../../trpc/client.ts"

/** Addresses and a ready snippet; never a secret. */
export default function ConnectionDrawer({ cluster, onClose }: { cluster: string; onClose: () => void }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.clusters.connection.queryOptions({ cluster }))
  const [chosen, setChosen] = useState("")
  const connection = data?.data
  const snippet = connection?.snippets.find(({ id }) => id === chosen) ?? connection?.snippets[0]
  return (
    <Drawer isOpen onClose={onClose} title={`Connect to ${cluster}`}>
      {error && !connection ? (
        <p className="text-bad">{failureOf(error, { what: "read the addresses", onRetry: () => void refetch() }).detail}</p>
      ) : null}
      {connection ? (
        <>
          <KeyValue
            items={[
              [
                "Bootstrap servers",
                <code key="servers" className="mono">
                  {connection.bootstrapServers.join(", ")}
                </code>,
              ],
              ["Encryption", connection.tls ? "TLS" : "none, loopback only"],
              ["Sign-in", connection.saslMechanism ?? "none needed"],
              ["Cluster id", <Cell key="id" value={connection.clusterId} format={(id) => <code className="mono">{id}</code>} />],
            ]}
          />
          {snippet ? (
            <>
              <div className="mt-4 mb-2 flex items-center">
                <Segmented
                  isSmall
                  label="Client"
                  value={snippet.id}
                  segments={connection.snippets.map(({ id, title }) => ({ value: id, label: title }))}
                  onChoose={setChosen}
                />
                <span className="ml-auto">
                  <CopyId text={snippet.text} what="the snippet" />
                </span>
              </div>
              <pre className="mono overflow-auto rounded-2 border border-line bg-sunken px-2.5 py-2 text-soft">{snippet.text}</pre>
            </>
          ) : null}
        </>
      ) : null}
    </Drawer>
  )
}
