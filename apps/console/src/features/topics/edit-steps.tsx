import { Icon } from "../../components/ui/icon.tsx"
import type { Change } from "./use-change.ts"

const steps = ["Edit", "Plan", "Apply and read back"] as const

/** Where one is on the way from a wish to what the broker really has. */
export function EditSteps({ change }: { change: Change }) {
  const current = change.applied || change.isApplying ? 2 : change.plan ? 1 : 0
  return (
    <ol aria-label="Steps" className="flex gap-3.5 text-12 text-dim">
      {steps.map((step, at) => (
        <li
          key={step}
          aria-current={at === current ? "step" : undefined}
          className="flex items-center gap-1 aria-[current=step]:-mb-0.5 aria-[current=step]:border-b-2 aria-[current=step]:border-accent aria-[current=step]:font-mid aria-[current=step]:text-ink"
        >
          {at < current ? <Icon name="check" className="text-ok" /> : `${at + 1}`} {step}
        </li>
      ))}
    </ol>
  )
}
