"use client"
import { CopyId } from "../../components/ui/copy-id.tsx"
import { Drawer } from "../../components/ui/dialog.tsx"
import { KeyValue } from "../../components/ui/key-value.tsx"
import { formatSetting, plural } from "../../format.ts"
import type { RuleRow } from "../../trpc/types.ts"
import { RuleState } from "./rule-columns.tsx"

/** A rule in full: what it compares, and the same for Prometheus. */
export default function RuleDrawer({ rule, onClose }: { rule: RuleRow; onClose: () => void }) {
  return (
    <Drawer isOpen onClose={onClose} title={rule.name}>
      <p className="text-soft">{rule.description}</p>
      {rule.state === "cannot-fire" ? <p className="mt-2 text-12 text-dim">It cannot fire here: {rule.cannotFireReason}.</p> : null}
      <div className="my-3 border-y border-grid py-2.5">
        <KeyValue
          items={[
            ["State", <RuleState key="state" rule={rule} />],
            ["Severity", rule.severity],
            ["Holds for at least", rule.forMs === 0 ? "fires at once" : formatSetting(rule.forMs)],
            ...rule.params.map(({ name, text }) => [name, text] as const),
            ["Now", `${plural(rule.firing, "alert")} firing, ${rule.pending} pending`],
            ["Origin", rule.isBuiltIn ? "built in" : "made here"],
          ]}
        />
      </div>
      <h3 className="mb-1 flex items-center">
        The same in PromQL
        <span className="ml-auto">
          <CopyId text={rule.promql} what="the expression" />
        </span>
      </h3>
      <pre className="mono rounded-2 border border-line bg-sunken px-2.5 py-2 break-words whitespace-pre-wrap text-soft">{rule.promql}</pre>
    </Drawer>
  )
}
