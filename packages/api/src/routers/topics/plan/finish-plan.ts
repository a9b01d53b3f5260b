// The plan as it is shown, out of what was found. Its hash covers everything that a person agrees to, and leaves out numbers that move by
// themselves: bytes and offsets of a topic that is being written.
import { createHash } from "node:crypto"
import type { FieldErrorView } from "../../../view-model.ts"
import type { Conflict, FieldChange, TopicPlan } from "../plan-schema.ts"
import type { CodedConsequence } from "./consequences.ts"
import { canonical } from "./fields.ts"

export interface PlanFindings {
  action: TopicPlan["action"]
  path: TopicPlan["path"]
  resource: TopicPlan["resource"]
  yaml: string | null
  expect: TopicPlan["expect"]
  /** Of the resource: a status that changes is no reason to ask again. */
  generation: number | null
  diff: FieldChange[]
  consequences: CodedConsequence[]
  errors: FieldErrorView[]
  conflicts: Conflict[]
  dryRun: TopicPlan["dryRun"]
  /** What stands for "invalid" when there are errors. */
  errorOutcome: "invalid" | "refused"
  commands: TopicPlan["commands"]
  typedName: string | null
  offersAdoption: boolean
  nowMs: number
}

export function finishPlan(findings: PlanFindings): TopicPlan {
  const { action, path, resource, expect, diff, conflicts, errors, consequences } = findings
  const outcome = outcomeOf(findings)
  const agreed = {
    action,
    path,
    resource,
    outcome,
    generation: findings.generation,
    broker: expect.brokerHash,
    diff: diff.map(({ field, fromExact, toExact }) => [field, fromExact, toExact]),
    consequences: consequences.map(({ code, status }) => [code, status]),
    errors: errors.map((error) => error.path),
    conflicts: conflicts.map(({ field, manager }) => [field, manager]),
  }
  return {
    action,
    outcome,
    path,
    hash: createHash("sha256").update(canonical(agreed)).digest("base64url"),
    expect,
    resource,
    yaml: findings.yaml,
    diff,
    consequences: consequences.map(({ status, claim, detail }) => ({ status, claim, detail })),
    errors,
    conflicts,
    dryRun: findings.dryRun,
    confirm: confirmationOf(findings),
    commands: findings.commands,
    offersAdoption: findings.offersAdoption,
    plannedAt: findings.nowMs,
  }
}

function outcomeOf({ action, conflicts, errors, errorOutcome, diff }: PlanFindings): TopicPlan["outcome"] {
  if (errors.length > 0) return errorOutcome
  if (conflicts.length > 0) return "conflict"
  return action === "change" && diff.length === 0 ? "nothing" : "ready"
}

const buttons: Record<TopicPlan["action"], string> = {
  create: "Create topic",
  change: "Apply",
  adopt: "Adopt topic",
  delete: "Delete resource",
}

function confirmationOf({ action, consequences, typedName }: PlanFindings): TopicPlan["confirm"] {
  const worst = consequences.find(({ status }) => status === "bad")
  if (action === "delete" && typedName !== null)
    return { button: "Delete topic and records", isDestructive: true, acceptance: null, typedName }
  if (!worst) return { button: buttons[action], isDestructive: false, acceptance: null, typedName: null }
  const deletes = consequences.some(({ code }) => code === "DELETES_RECORDS" || code === "COMPACTS" || code === "EXPIRES")
  const button = deletes ? `${buttons[action]} and allow deletion` : `${buttons[action]} anyway`
  return {
    button,
    isDestructive: true,
    acceptance: `I accept: ${worst.claim.charAt(0).toLowerCase()}${worst.claim.slice(1)}`,
    typedName: null,
  }
}
