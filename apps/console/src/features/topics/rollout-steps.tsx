"use client"
import { cx } from "../../components/ui/cx.ts"
import { Icon } from "../../components/ui/icon.tsx"
import { StatusShape } from "../../components/ui/status-shape.tsx"
import type { Rollout } from "../../trpc/types.ts"

type Step = Rollout["steps"][number]

/** How far a change has come: what is done, what runs, what waits, and what failed with its reason. */
export function RolloutSteps({ rollout }: { rollout: Rollout }) {
  const done = rollout.steps.filter(({ state }) => state === "done").length
  const title = { settled: "Applied", applying: "Applying", failed: "Failed" }[rollout.state]
  return (
    <div aria-live="polite">
      <h3 className="mt-3 mb-1.5 text-12">
        {title}{" "}
        <span className="font-text text-dim">
          {done} of {rollout.steps.length}
        </span>
      </h3>
      <ol>
        {rollout.steps.map((step) => (
          <li
            key={step.id}
            className={cx("flex min-h-6.5 items-center gap-2 text-12", step.state === "active" ? "font-mid text-ink" : "text-soft")}
          >
            <Mark state={step.state} />
            <span className="min-w-0 flex-1">
              {step.label}
              <span className="sr-only">, {step.state}</span>
            </span>
            <span className={cx("min-w-0 text-right", step.state === "failed" ? "text-bad" : "text-dim")}>{step.detail}</span>
          </li>
        ))}
      </ol>
    </div>
  )
}

function Mark({ state }: { state: Step["state"] }) {
  switch (state) {
    case "done":
      return <Icon name="check" className="size-3 text-ok" />
    case "active":
      return <StatusShape status="busy" size="size-3" />
    case "waiting":
      return <StatusShape status="unknown" size="size-3" tone="text-ghost" />
    case "failed":
      return <StatusShape status="bad" size="size-3" />
  }
}
