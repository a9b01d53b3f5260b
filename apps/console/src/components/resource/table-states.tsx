import { Delayed, Skeleton } from "../ui/skeleton.tsx"
import type { Column } from "./columns.ts"

/** Why there is nothing to show, in words a person can act on. */
export interface Failure {
  title: string
  detail: string
  requestId?: string | undefined
  isDenied?: boolean
  onRetry?: () => void
  back?: { href: string; label: string } | undefined
}

const nameWidths = [104, 122, 84, 96, 118, 92, 110, 78]

/** The shape of rows that are on their way; the first 150 ms stay blank. */
export function LoadingRows<Row>({ columns }: { columns: readonly Column<Row>[] }) {
  return (
    <tbody>
      {nameWidths.map((width) => (
        <tr key={width}>
          {columns.map((column) => (
            <td key={column.id} className={column.isNumber ? "num" : ""}>
              <Delayed>
                <Skeleton width={column.isName ? width : Math.min(column.width - 36, 46)} />
              </Delayed>
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  )
}
