"use client"
import { useMutation } from "@tanstack/react-query"
import { useEffect, useEffectEvent, useState } from "react"
import { useGo } from "../../app/navigation.tsx"
import { Button } from "../../components/ui/button.tsx"
import { ConfirmByName } from "../../components/ui/confirm-by-name.tsx"
import { Consequences } from "../../components/ui/consequences.tsx"
import { Dialog } from "../../components/ui/dialog.tsx"
import { Segmented } from "../../components/ui/segmented.tsx"
import { StatusLabel } from "../../components/ui/status-shape.tsx"
import { toast } from "../../components/ui/toast.tsx"
import { useTRPCClient } from "../../trpc/client.ts"
import type { ChangeResult, TopicDetails, TopicPlan } from "../../trpc/types.ts"
import { PlanCommands, PlanProblems } from "./plan-view.tsx"
import { failureWords } from "./use-change.ts"

type What = "topic" | "resource"

/** Deletes the topic with its records, or lets only the resource go. The server computes what is lost and checks the typed name. */
export default function DeleteDialog({ cluster, topic, onClose }: { cluster: string; topic: TopicDetails; onClose: () => void }) {
  const client = useTRPCClient()
  const go = useGo()
  const [what, setWhat] = useState<What>("topic")
  const plan = useMutation({ mutationFn: (wanted: What) => client.topics.planDelete.mutate({ cluster, topic: topic.name, what: wanted }) })
  const ask = useEffectEvent((wanted: What) => plan.mutate(wanted))
  useEffect(() => ask(what), [what])
  const remove = useMutation({
    mutationFn: ({ made, typedName }: { made: TopicPlan; typedName: string }) =>
      client.topics.delete.mutate({ cluster, topic: topic.name, what, hash: made.hash, expect: made.expect, typedName }),
    onSuccess: (result) => {
      if (result.outcome !== "applied") {
        plan.mutate(what)
        return
      }
      toast({
        status: "ok",
        claim: what === "topic" ? `Deleted ${topic.name}.` : `${topic.name} is unmanaged now.`,
        detail: result.applied.message,
      })
      onClose()
      if (what === "topic") go("/topics")
    },
  })
  const made = plan.data
  const problem = problemOf({ error: remove.error ?? plan.error, result: remove.data })
  const title = what === "topic" ? `Delete topic ${topic.name}?` : `Let the resource of ${topic.name} go?`
  const body = (
    <>
      {topic.resource ? (
        <div className="mb-3">
          <Segmented
            isSmall
            label="What to delete"
            value={what}
            onChoose={setWhat}
            segments={[
              { value: "topic", label: "Topic and records" },
              { value: "resource", label: "Resource only" },
            ]}
          />
        </div>
      ) : null}
      {made ? <Consequences items={made.consequences} /> : <StatusLabel status="busy">Looking at what would be lost</StatusLabel>}
      {made && made.outcome !== "ready" ? <Obstacles plan={made} what={what} /> : null}
    </>
  )
  if (made?.outcome === "ready" && made.confirm.typedName !== null) {
    return (
      <ConfirmByName
        isOpen
        onClose={onClose}
        name={made.confirm.typedName}
        verb="Delete"
        title={title}
        effect={null}
        dependants={body}
        isBusy={remove.isPending}
        error={problem}
        onConfirm={(typedName) => remove.mutate({ made, typedName })}
      />
    )
  }
  const isReady = made?.outcome === "ready"
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose} data-first-focus>
            Cancel
          </Button>
          <Button
            kind={isReady ? "danger" : "plain"}
            disabled={!isReady || remove.isPending}
            onClick={() => made && remove.mutate({ made, typedName: "" })}
          >
            {made?.confirm.button ?? "Delete"}
          </Button>
        </>
      }
    >
      {body}
      {problem ? (
        <p role="alert" className="mt-2 text-12 text-bad">
          {problem}
        </p>
      ) : null}
    </Dialog>
  )
}

/** What stands in the way, and the way out. */
function Obstacles({ plan, what }: { plan: TopicPlan; what: What }) {
  const [conflict] = plan.conflicts
  const wanted = what === "topic" ? "true" : "false"
  return (
    <>
      <PlanProblems plan={plan} />
      {conflict ? (
        <p className="mt-2 text-12 text-soft">
          The way out: set <code className="mono text-ink">{conflict.field}</code> to {wanted} where <b>{conflict.owner}</b> keeps this
          resource, or let {conflict.owner} give the field up; then delete it here. To delete it by hand: <PlanCommands plan={plan} />
        </p>
      ) : null}
    </>
  )
}

function problemOf({ error, result }: { error: unknown; result: ChangeResult | undefined }): string | undefined {
  if (error) return failureWords(error)
  return result?.outcome === "stale" ? "The topic changed meanwhile. This is what would be lost now; confirm again." : undefined
}
