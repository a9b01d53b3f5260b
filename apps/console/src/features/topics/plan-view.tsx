import { Consequences, Diff } from "../../components/ui/consequences.tsx"
import { CopyButton } from "../../components/ui/copy-id.tsx"
import { type Status, StatusLabel, StatusShape } from "../../components/ui/status-shape.tsx"
import { plural } from "../../format.ts"
import type { TopicPlan } from "../../trpc/types.ts"

/** What stands at the right of the plan's head: did API server and broker accept a dry run? */
export function DryRun({ plan }: { plan: TopicPlan }) {
  const { resourceApi, broker } = plan.dryRun
  if (resourceApi === "failed" || broker === "failed") return <StatusLabel status="bad">dry run failed</StatusLabel>
  const passed = [resourceApi === "passed" ? "API" : "", broker === "passed" ? "broker" : ""].filter(Boolean).join(" and ")
  return passed ? <StatusLabel status="ok">{passed} dry run passed</StatusLabel> : null
}

export function planNote({ outcome, diff }: TopicPlan): string {
  return outcome === "nothing" ? "no change" : plural(diff.length, "change")
}

const outcomes: Record<Exclude<TopicPlan["outcome"], "ready">, { status: Status; claim: string }> = {
  nothing: { status: "ok", claim: "Nothing would change: the topic is what this says already." },
  invalid: { status: "bad", claim: "This is not accepted as it stands." },
  conflict: { status: "bad", claim: "Somebody else owns a field that this changes. It is never taken over by force." },
  refused: { status: "bad", claim: "The state of the cluster does not allow this now." },
}

/** Why a plan cannot be applied: every error, and who owns the fields that stand in the way. */
export function PlanProblems({ plan }: { plan: TopicPlan }) {
  const { outcome, errors, conflicts } = plan
  return (
    <>
      {outcome === "ready" ? null : (
        <p className="mb-2 flex gap-[9px]" role={outcome === "nothing" ? undefined : "alert"}>
          <StatusShape status={outcomes[outcome].status} className="mt-[5px]" />
          <b className="font-[560]">{outcomes[outcome].claim}</b>
        </p>
      )}
      {errors.length > 0 ? (
        <ul aria-label="What is wrong" className="mb-2">
          {errors.map(({ path, message, accepted }) => (
            <li key={path + message} className="border-b border-grid py-1.5 text-12">
              {path ? <code className="mono text-ink">{path}</code> : null} <span className="text-bad">{message}</span>
              {accepted ? <p className="text-dim">Accepted: {accepted}</p> : null}
            </li>
          ))}
        </ul>
      ) : null}
      {conflicts.length > 0 ? (
        <ul aria-label="Conflicts" className="mb-2">
          {conflicts.map(({ field, owner, message }) => (
            <li key={field + owner} className="border-b border-grid py-1.5 text-12">
              <code className="mono text-ink">{field}</code> belongs to <b>{owner}</b>
              <p className="text-dim">{message}</p>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  )
}

/** Consequences worst first, then what is wrong, then the fields that change. */
export function PlanView({ plan }: { plan: TopicPlan }) {
  const { consequences, diff } = plan
  return (
    <>
      <PlanProblems plan={plan} />
      <Consequences items={consequences} />
      {diff.length > 0 ? (
        <>
          <h3 className="mt-3 mb-1.5 text-12">Diff</h3>
          <Diff changes={diff.map(({ field, from, to }) => ({ path: field.replace(/^spec\./, ""), before: from, after: to }))} />
        </>
      ) : null}
    </>
  )
}

/** The same change by hand. */
export function PlanCommands({ plan }: { plan: TopicPlan }) {
  const { kubectl, cli } = plan.commands
  return (
    <>
      {cli ? <CopyButton text={cli}>CLI line</CopyButton> : null}
      {!cli && kubectl ? <CopyButton text={kubectl}>kubectl</CopyButton> : null}
    </>
  )
}
