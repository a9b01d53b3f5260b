"use client"
import { lazy, Suspense } from "react"
import { failureOf, noticesOf } from "../../components/resource/failure.ts"
import { SmallTable } from "../../components/resource/small-table.tsx"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { Freshness } from "../../components/ui/freshness.tsx"
import { PageHead } from "../../components/ui/page-head.tsx"
import { plural } from "../../format.ts"
import type { RuleRow } from "../../trpc/types.ts"
import { useUrlState } from "../../url-state.ts"
import { alertColumns } from "./alert-columns.tsx"
import { alertsUrl } from "./alerts-url.ts"
import { ruleColumns } from "./rule-columns.tsx"
import { useAlertRules, useAlerts } from "./use-alerts.ts"

/** What fires stands first, what cannot fire last. */
const order: readonly RuleRow["state"][] = ["firing", "pending", "inactive", "cannot-fire"]

const RuleDrawer = lazy(() => import("./rule-drawer.tsx"))

/** What fires now, and the rules that are evaluated, also those that cannot fire and why. */
export function AlertsPage() {
  const cluster = useCluster()
  const [state, set] = useUrlState(alertsUrl)
  const alerts = useAlerts(cluster)
  const rules = useAlertRules(cluster)
  const counts = alerts.data?.data.counts
  const rule = rules.data?.data.find(({ name }) => name === state.rule)
  const open = (name: string) => set({ rule: name }, "push")
  return (
    <>
      <PageHead title="Alerts" actions={<Freshness asOf={alerts.data?.data.evaluatedAt ?? null} prefix="evaluated " />}>
        {counts ? (
          <span className="text-dim tabular-nums">
            {counts.firing} firing, {counts.pending} pending
          </span>
        ) : null}
      </PageHead>
      <div className="flex flex-col gap-3">
        <SmallTable
          label="Firing and pending"
          title="Firing and pending"
          note="worst first"
          columns={alertColumns(open)}
          rows={alerts.data?.data.rows}
          idOf={({ id }) => id}
          failure={alerts.error ? failureOf(alerts.error, { what: "list the alerts", onRetry: () => void alerts.refetch() }) : undefined}
          notices={noticesOf(alerts.data?.degraded ?? [])}
          empty={
            <EmptyState mark="check" title="No alert fires">
              {evaluatedWords(rules.data?.data)}
            </EmptyState>
          }
        />
        {/* Its place depends on how many alerts stand above it. */}
        {alerts.isPending ? null : <Rules rules={rules} onOpen={open} />}
      </div>
      <Suspense fallback={null}>{rule ? <RuleDrawer key={rule.name} rule={rule} onClose={() => set({ rule: "" })} /> : null}</Suspense>
    </>
  )
}

function Rules({ rules, onOpen }: { rules: ReturnType<typeof useAlertRules>; onOpen: (rule: string) => void }) {
  const rows = rules.data?.data
  const cannot = rows ? countCannotFire(rows) : 0
  return (
    <SmallTable
      label="Rules"
      title="Rules"
      note={rows ? `${rows.length}${cannot > 0 ? `, ${cannot} cannot fire` : ""}` : undefined}
      columns={ruleColumns(onOpen)}
      rows={rows?.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))}
      idOf={({ name }) => name}
      failure={rules.error ? failureOf(rules.error, { what: "list the rules", onRetry: () => void rules.refetch() }) : undefined}
      empty={<EmptyState mark="alerts" title="There are no rules" />}
    />
  )
}

function countCannotFire(rules: readonly RuleRow[]): number {
  return rules.filter(({ state }) => state === "cannot-fire").length
}

function evaluatedWords(rules: readonly RuleRow[] | undefined): string {
  if (!rules) return "Rules are evaluated every 15 seconds."
  const cannot = countCannotFire(rules)
  return `${plural(rules.length, "rule")} are evaluated every 15 seconds${cannot > 0 ? `; ${cannot} cannot fire here, see below` : ""}.`
}
