import { cx } from "../../components/ui/cx.ts"

const tags = { prod: "text-env-prod", stage: "text-env-stage", dev: "text-env-dev" } as const

export function EnvironmentTag({ environment }: { environment: keyof typeof tags }) {
  return (
    <span
      className={cx("rounded-1 px-[5px] text-[10px]/[14px] font-[650] tracking-[.5px] inset-ring inset-ring-current", tags[environment])}
    >
      {environment.toUpperCase()}
    </span>
  )
}
