"use client"
import { Link } from "../../app/navigation.tsx"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { Icon } from "../../components/ui/icon.tsx"
import { plural } from "../../format.ts"
import { useAlerts } from "./use-alerts.ts"

/** How many alerts fire now; leads to their list. */
export function AlertBell() {
  const cluster = useCluster()
  const firing = useAlerts(cluster).data?.data.counts.firing ?? 0
  const label = firing === 0 ? "No alert fires" : `${plural(firing, "alert")} firing`
  return (
    <Link
      href="/alerts"
      data-tip={label}
      className="relative grid size-7 flex-none place-items-center rounded-2 text-soft hover:bg-hover focus-visible:rounded-2"
    >
      <Icon name="alerts" />
      {firing > 0 ? (
        <>
          <span className="absolute top-0 -right-0.5 h-3.5 min-w-3.5 rounded-[7px] bg-bad-fill px-[3px] text-center text-[10px]/[14px] font-[640] text-on-fill tabular-nums">
            {firing}
          </span>
          <span className="sr-only">{firing === 1 ? "alert firing" : "alerts firing"}</span>
        </>
      ) : (
        <span className="sr-only">{label}</span>
      )}
    </Link>
  )
}
