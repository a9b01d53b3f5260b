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
  const cannot = rules.data?.data.filter((each) => each.state === "cannot-fire").length ?? 0
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
              {rules.data
                ? `${plural(rules.data.data.length, "rule")} are evaluated every 15 seconds${cannot > 0 ? `; ${cannot} cannot fire here, see below` : ""}.`
                : "Rules are evaluated every 15 seconds."}
            </EmptyState>
          }
        />
        <SmallTable
          label="Rules"
          title="Rules"
          note={rules.data ? `${rules.data.data.length}${cannot > 0 ? `, ${cannot} cannot fire` : ""}` : undefined}
          columns={ruleColumns(open)}
          rows={rules.data?.data.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))}
          idOf={({ name }) => name}
          failure={rules.error ? failureOf(rules.error, { what: "list the rules", onRetry: () => void rules.refetch() }) : undefined}
          empty={<EmptyState mark="alerts" title="There are no rules" />}
        />
        <Suspense fallback={null}>{rule ? <RuleDrawer key={rule.name} rule={rule} onClose={() => set({ rule: "" })} /> : null}</Suspense>
      </div>
    </>
  )
}
