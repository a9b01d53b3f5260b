import { cx } from "./cx.ts"

const width = 72
const height = 18

/** One path of the last values; null breaks the line. Red only if it shows the problem. */
export function Sparkline({ values, isBad = false, label }: { values: readonly (number | null)[]; isBad?: boolean; label: string }) {
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className="block h-4.5 w-18 overflow-visible"
    >
      <path
        d={sparkPath(values)}
        fill="none"
        strokeWidth={1.2}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
        className={cx(isBad ? "stroke-bad" : "stroke-dim")}
      />
    </svg>
  )
}

export function sparkPath(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return ""
  const low = Math.min(...known)
  const span = Math.max(...known) - low
  let isOpen = false
  return values
    .map((value, at) => {
      if (value === null) {
        isOpen = false
        return ""
      }
      const x = ((at / (values.length - 1)) * width).toFixed(1)
      const y = (span === 0 ? height - 2 : height - 2 - ((value - low) / span) * (height - 4)).toFixed(1)
      const command = isOpen ? "L" : "M"
      isOpen = true
      return `${command}${x} ${y}`
    })
    .join("")
}
