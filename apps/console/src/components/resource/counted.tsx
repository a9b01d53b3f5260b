import { formatExact } from "../../format.ts"

/** A view of a list with how many rows it has; problems are amber while there are any. */
export function Counted({ word, count, isWarning = false }: { word: string; count: number | undefined; isWarning?: boolean }) {
  return (
    <>
      {word} {count === undefined ? null : <span className={isWarning && count > 0 ? "text-warn" : "text-dim"}>{formatExact(count)}</span>}
    </>
  )
}
