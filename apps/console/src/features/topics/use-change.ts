"use client"
// Plan, confirm, apply, read back: the one way in which this console changes a topic. Leaving the page does not stop what was applied.
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { useTRPCClient } from "../../trpc/client.ts"
import { callFailure } from "../../trpc/failure.ts"
import type { ChangeResult, TopicPlan } from "../../trpc/types.ts"

export type ChangeKind = "create" | "change"

export interface Change {
  plan: TopicPlan | undefined
  /** The text that the plan is about. */
  plannedYaml: string | undefined
  isPlanning: boolean
  isApplying: boolean
  /** What was read back after applying. */
  applied: { topic: string; message: string; isResource: boolean } | undefined
  /** The world changed between plan and apply; the plan shown is the new one. */
  isRenewed: boolean
  error: string | undefined
  makePlan: (yaml: string) => void
  apply: (reason: string) => void
  reset: () => void
}

interface Wanted {
  cluster: string
  topic: string
  draft: { yaml: string }
}

export function useChange({ kind, cluster, topic }: { kind: ChangeKind; cluster: string; topic: string }): Change {
  const client = useTRPCClient()
  const [plan, setPlan] = useState<TopicPlan>()
  const [plannedYaml, setPlannedYaml] = useState<string>()
  const [applied, setApplied] = useState<Change["applied"]>()
  const [isRenewed, setRenewed] = useState(false)
  const planning = useMutation({
    mutationFn: (wanted: Wanted) => (kind === "create" ? client.topics.planCreate.mutate(wanted) : client.topics.plan.mutate(wanted)),
  })
  const applying = useMutation({
    mutationFn: (consent: Wanted & Pick<TopicPlan, "hash" | "expect"> & { reason: string }) =>
      kind === "create" ? client.topics.create.mutate(consent) : client.topics.update.mutate(consent),
  })

  const take = (result: ChangeResult) => {
    switch (result.outcome) {
      case "applied":
        setApplied({ topic: result.applied.topic, message: result.applied.message, isResource: result.applied.resource !== null })
        break
      case "stale":
        setRenewed(true)
        setPlan(result.current)
        break
      case "conflict":
        setPlan((was) => was && { ...was, outcome: "conflict", conflicts: result.conflicts })
        break
      case "invalid":
        setPlan((was) => was && { ...was, outcome: "invalid", errors: result.errors })
    }
  }
  const failed = planning.error ?? applying.error
  return {
    plan,
    plannedYaml,
    isPlanning: planning.isPending,
    isApplying: applying.isPending,
    applied,
    isRenewed,
    error: failed ? failureWords(failed) : undefined,
    makePlan: (yaml) => {
      setRenewed(false)
      applying.reset()
      planning.mutate(
        { cluster, topic, draft: { yaml } },
        {
          onSuccess: (made) => {
            setPlan(made)
            setPlannedYaml(yaml)
          },
        },
      )
    },
    apply: (reason) => {
      if (!plan || plannedYaml === undefined) return
      applying.mutate({ cluster, topic, draft: { yaml: plannedYaml }, hash: plan.hash, expect: plan.expect, reason }, { onSuccess: take })
    },
    reset: () => {
      setPlan(undefined)
      setPlannedYaml(undefined)
      setApplied(undefined)
      setRenewed(false)
      planning.reset()
      applying.reset()
    },
  }
}

export function failureWords(error: unknown): string {
  const { message, requestId, code } = callFailure(error)
  const advice = code === "OUTCOME_UNKNOWN" ? " Look at the topic before trying again." : ""
  return `${message}${advice}${requestId ? ` (id ${requestId})` : ""}`
}
