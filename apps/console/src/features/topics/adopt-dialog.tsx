"use client"
import { useMutation } from "@tanstack/react-query"
import { Button } from "../../components/ui/button.tsx"
import { Dialog } from "../../components/ui/dialog.tsx"
import { toast } from "../../components/ui/toast.tsx"
import { YamlEditor } from "../../components/ui/yaml-editor.tsx"
import { useTRPCClient } from "../../trpc/client.ts"
import { failureWords } from "./use-change.ts"
import { useResource } from "./yaml-tab.tsx"

/** Writes a resource that says what the topic is now. Nothing changes on the broker. */
export default function AdoptDialog({ cluster, topic, onClose }: { cluster: string; topic: string; onClose: () => void }) {
  const client = useTRPCClient()
  const { data } = useResource(cluster, topic)
  const adopt = useMutation({
    mutationFn: () => client.topics.adopt.mutate({ cluster, topic }),
    onSuccess: (result) => {
      if (result.outcome !== "applied") return
      toast({ status: "ok", claim: `${topic} is managed now.`, detail: result.applied.message })
      onClose()
    },
  })
  const refused = adopt.data && adopt.data.outcome !== "applied" ? refusal(adopt.data) : undefined
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Adopt ${topic}?`}
      description="A resource is written that says what the topic is now. Nothing changes on the broker; from then on the operator keeps the topic as the resource says, and deleting the resource does not delete the topic."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={adopt.isPending || !data} onClick={() => adopt.mutate()}>
            Adopt
          </Button>
        </>
      }
    >
      {data ? (
        <div className="max-h-64 overflow-auto rounded-2 border border-line">
          <YamlEditor label="Resource to be written" value={data.data.yaml.trimEnd()} />
        </div>
      ) : null}
      {adopt.error || refused ? (
        <p role="alert" className="mt-2 text-12 text-bad">
          {refused ?? failureWords(adopt.error)}
        </p>
      ) : null}
    </Dialog>
  )
}

function refusal(result: { outcome: string; errors?: { message: string }[]; conflicts?: { message: string }[] }): string {
  const [first] = result.errors ?? result.conflicts ?? []
  return first?.message ?? "The topic changed meanwhile. Close this and look at it again."
}
