"use client"
import { cx } from "../../components/ui/cx.ts"
import { formatBytes, formatDateTime, formatExact } from "../../format.ts"
import { useZone } from "../../preferences.ts"
import type { Message } from "../../trpc/types.ts"
import { recordText } from "./messages-url.ts"
import { previewOf } from "./payload-text.ts"

export interface MessagesTableProps {
  messages: readonly Message[]
  selected: string
  onSelect: (message: Message) => void
}

/** Records one per row; what they say in one line, everything else in the drawer. */
export function MessagesTable({ messages, selected, onSelect }: MessagesTableProps) {
  const zone = useZone()
  return (
    <table className="tbl table-fixed" style={{ minWidth: 820 }} aria-label="Messages" aria-rowcount={messages.length + 1}>
      <colgroup>
        <col style={{ width: 84 }} />
        <col style={{ width: 120 }} />
        <col style={{ width: 190 }} />
        <col style={{ width: "20%" }} />
        <col />
        <col style={{ width: 90 }} />
      </colgroup>
      <thead className="sticky top-0 z-10">
        <tr>
          <th scope="col" className="num">
            Partition
          </th>
          <th scope="col" className="num">
            Offset
          </th>
          <th scope="col">Time{zone === "utc" ? ", UTC" : ""}</th>
          <th scope="col">Key</th>
          <th scope="col">Value</th>
          <th scope="col" className="num">
            Size
          </th>
        </tr>
      </thead>
      <tbody>
        {messages.map((message) => (
          <tr key={recordText(message)} data-row data-selected={recordText(message) === selected} onClick={() => onSelect(message)}>
            <td className="num">{message.partition}</td>
            <td className="num">
              <button
                type="button"
                className="text-ink hover:text-accent"
                onClick={() => onSelect(message)}
                aria-label={`Open record ${formatExact(message.offset)} of partition ${message.partition}`}
              >
                {formatExact(message.offset)}
              </button>
            </td>
            <td className="text-12">{formatDateTime(message.timestampMs, zone, { milliseconds: true })}</td>
            <td className={cx("mono", message.key === null && "text-dim")}>{message.key === null ? "no key" : previewOf(message.key)}</td>
            <td className={cx("mono", message.value === null && "text-dim")}>
              {message.value === null ? "tombstone" : previewOf(message.value)}
            </td>
            <td className="num">{formatBytes(message.sizeBytes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
