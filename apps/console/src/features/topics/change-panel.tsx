"use client"
import { type ReactNode, useState } from "react"
import { Link } from "../../app/navigation.tsx"
import { Button, buttonClass } from "../../components/ui/button.tsx"
import { Checkbox } from "../../components/ui/checkbox.tsx"
import { Field, Input } from "../../components/ui/field.tsx"
import { Panel } from "../../components/ui/panel.tsx"
import { StatusLabel, StatusShape } from "../../components/ui/status-shape.tsx"
import type { TopicPlan } from "../../trpc/types.ts"
import { DryRun, PlanCommands, PlanView, planNote } from "./plan-view.tsx"
import { RolloutSteps } from "./rollout-steps.tsx"
import { topicHref } from "./topic-columns.tsx"
import type { Change } from "./use-change.ts"
import { useTopic } from "./use-topic.ts"

export interface ChangePanelProps {
  cluster: string
  change: Change
  /** The text as it stands now; a plan of another text is outdated. */
  yaml: string
  /** Why no plan can be made yet, in words. */
  obstacle: string | undefined
  onBack: () => void
}

/** Right column of every edit: plan, consequences, consent, progress. The consequences stay visible while it is applied. */
export function ChangePanel(props: ChangePanelProps) {
  const { cluster, change, yaml, obstacle } = props
  const { plannedYaml, isPlanning, applied, error, isRenewed } = change
  const isOutdated = change.plan !== undefined && plannedYaml !== yaml && !applied
  const plan = isOutdated ? undefined : change.plan
  return (
    <Panel isFlush hasRule title="Plan" label="Plan" note={plan && planNote(plan)} aside={plan && <DryRun plan={plan} />}>
      <div className="px-3 py-2.5">
        {isRenewed ? (
          <Line status="warn">The topic changed since the plan was made. This is the new plan; look again before applying.</Line>
        ) : null}
        {error ? <Line status="bad">{error}</Line> : null}
        {plan ? <PlanView plan={plan} /> : <BeforePlan isOutdated={isOutdated} isPlanning={isPlanning} obstacle={obstacle} />}
        {applied ? <Progress cluster={cluster} applied={applied} /> : null}
      </div>
      <NextStep {...props} plan={plan} />
    </Panel>
  )
}

/** The one thing to do now: plan, consent, or go on. */
function NextStep({ cluster, change, yaml, obstacle, onBack, plan }: ChangePanelProps & { plan: TopicPlan | undefined }) {
  if (change.applied) {
    return (
      <Footer>
        <Button onClick={onBack}>Edit again</Button>
        <Link href={topicHref(cluster, change.applied.topic)} className={buttonClass({ kind: "primary" })}>
          Show the topic
        </Link>
      </Footer>
    )
  }
  if (plan?.outcome === "ready") return <Consent key={plan.hash} plan={plan} change={change} />
  return (
    <Footer>
      <Button kind="primary" disabled={obstacle !== undefined || change.isPlanning} onClick={() => change.makePlan(yaml)}>
        {change.plan ? "Plan again" : "Plan"}
      </Button>
    </Footer>
  )
}

function Footer({ children }: { children: ReactNode }) {
  return <footer className="flex items-center justify-end gap-2 border-t border-line px-3 py-2.5">{children}</footer>
}

function Line({ status, children }: { status: "warn" | "bad"; children: ReactNode }) {
  return (
    <p role="alert" className="mb-2 flex gap-[9px] text-12">
      <StatusShape status={status} className="mt-[3px]" />
      <span>{children}</span>
    </p>
  )
}

function BeforePlan({ isOutdated, isPlanning, obstacle }: { isOutdated: boolean; isPlanning: boolean; obstacle: string | undefined }) {
  if (isPlanning) return <StatusLabel status="busy">Asking API server and broker</StatusLabel>
  if (obstacle) return <p className="text-12 text-dim">{obstacle}</p>
  return (
    <p className="text-12 text-dim">
      {isOutdated ? "The text changed after the plan." : "A plan is a dry run:"} it shows what would happen, in words and field by field.
      Nothing changes before you confirm it.
    </p>
  )
}

/** Reason, acceptance of a loss, and the button that names verb and loss. */
function Consent({ plan, change }: { plan: TopicPlan; change: Change }) {
  const [reason, setReason] = useState("")
  const [isAccepted, setAccepted] = useState(false)
  const { acceptance, button, isDestructive } = plan.confirm
  const isOpen = acceptance === null || isAccepted
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isOpen && !change.isApplying) change.apply(reason)
      }}
    >
      <div className="px-3 pb-2.5">
        <Field label="Reason" help={plan.path === "resource" ? "Optional; stands in the events of the resource" : "Optional"}>
          {(ids) => <Input {...ids} value={reason} maxLength={500} onChange={(event) => setReason(event.currentTarget.value)} />}
        </Field>
        {acceptance ? (
          <Checkbox isOn={isAccepted} onChange={setAccepted}>
            {acceptance}
          </Checkbox>
        ) : null}
      </div>
      <Footer>
        <span className="mr-auto">
          <PlanCommands plan={plan} />
        </span>
        <Button type="submit" kind={isDestructive ? "danger" : "primary"} disabled={!isOpen || change.isApplying}>
          {button}
        </Button>
      </Footer>
    </form>
  )
}

/** Follows the resource until it is Ready, or says why not. */
function Progress({ cluster, applied }: { cluster: string; applied: NonNullable<Change["applied"]> }) {
  const { data } = useTopic(cluster, applied.topic)
  const details = data?.data
  const rollout = details?.resource?.rollout
  if (!applied.isResource) {
    return (
      <p className="mt-3 flex items-center gap-2 text-12" aria-live="polite">
        <StatusShape status="ok" /> {applied.message}
      </p>
    )
  }
  return (
    <>
      {rollout ? <RolloutSteps rollout={rollout} /> : <p className="mt-3 text-12 text-dim">{applied.message}</p>}
      {details && rollout && rollout.state !== "applying" ? (
        <p className="mt-2 flex items-center gap-2 font-mid">
          <StatusShape status={details.state.status} /> <span>{details.state.word}</span>
          {details.state.reason ? <span className="font-text text-12 text-dim">{details.state.reason}</span> : null}
        </p>
      ) : (
        <p className="mt-1.5 text-12 text-dim">You can leave this page; it goes on.</p>
      )}
    </>
  )
}
