"use client"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { failureOf } from "../../components/resource/failure.ts"
import { CopyId } from "../../components/ui/copy-id.tsx"
import { Drawer } from "../../components/ui/dialog.tsx"
import { KeyValue } from "../../components/ui/key-value.tsx"
import { Segmented } from "../../components/ui/segmented.tsx"
import { Skeleton } from "../../components/ui/skeleton.tsx"
import { escapeHidden, formatBytes, formatDateTime, formatExact } from "../../format.ts"
import { useZone } from "../../preferences.ts"
import { useTRPC } from "../../trpc/client.ts"
import type { Message, Payload } from "../../trpc/types.ts"
import type { RecordId } from "./messages-url.ts"
import { bytesOfHex, hexDump, previewOf } from "./payload-text.ts"

export interface RecordDrawerProps {
  cluster: string
  topic: string
  record: RecordId
  onClose: () => void
}

/** One record in full, up to what the server sends: key, value as JSON, text or hex, headers. */
export default function RecordDrawer({ cluster, topic, record, onClose }: RecordDrawerProps) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery({
    ...trpc.messages.get.queryOptions({ cluster, topic, ...record }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const answer = data?.data
  return (
    <Drawer isOpen onClose={onClose} title={`Partition ${record.partition}, offset ${formatExact(record.offset)}`}>
      {error && !answer ? (
        <p className="text-bad">{failureOf(error, { what: "read this record", onRetry: () => void refetch() }).detail}</p>
      ) : null}
      {!answer && !error ? <Skeleton width={220} /> : null}
      {answer && !answer.message ? <p className="text-soft">{answer.reason || "There is no record at this offset."}</p> : null}
      {answer?.message ? <Details message={answer.message} valueHex={answer.valueHex} /> : null}
    </Drawer>
  )
}

function Details({ message, valueHex }: { message: Message; valueHex: string | null }) {
  const zone = useZone()
  return (
    <>
      <KeyValue
        items={[
          ["Time", `${formatDateTime(message.timestampMs, zone, { milliseconds: true })}${zone === "utc" ? " UTC" : ""}`],
          ["Set by", message.timestampType === "create" ? "the producer" : "the broker"],
          ["Size", formatBytes(message.sizeBytes)],
        ]}
      />
      <h3 className="mt-4 mb-1 flex items-center">
        Key
        {message.key ? (
          <span className="ml-auto">
            <CopyId text={message.key.text} what="the key" />
          </span>
        ) : null}
      </h3>
      {message.key ? (
        <Code text={escapeHidden(message.key.text, { keepLines: true })} />
      ) : (
        <p className="text-12 text-dim">This record has no key.</p>
      )}
      <Value payload={message.value} hex={valueHex} />
      <h3 className="mt-4 mb-1">
        Headers <span className="font-text text-12 text-dim">{message.headers.length === 0 ? "none" : message.headers.length}</span>
      </h3>
      {message.headers.length > 0 ? (
        <table className="tbl table-fixed">
          <tbody>
            {message.headers.map(({ name, value }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a record may have the same header twice
              <tr key={at}>
                <td className="w-36" title={escapeHidden(name)}>
                  {escapeHidden(name)}
                </td>
                <td className="mono text-ink" title={previewOf(value)}>
                  {value === null ? "null" : previewOf(value)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </>
  )
}

type View = "decoded" | "text" | "hex"

const formatWords: Record<Payload["format"], string> = {
  json: "JSON",
  text: "Text",
  integer: "Integer",
  uuid: "UUID",
  hex: "Hex",
  empty: "Empty",
}

function Value({ payload, hex }: { payload: Payload | null; hex: string | null }) {
  const [view, setView] = useState<View>("decoded")
  if (payload === null) {
    return (
      <>
        <h3 className="mt-4 mb-1">Value</h3>
        <p className="text-12 text-dim">None: this record is a tombstone. Compaction removes its key.</p>
      </>
    )
  }
  const isRaw = payload.format === "text" || payload.format === "hex"
  const segments = [
    { value: "decoded" as const, label: formatWords[payload.format] },
    ...(payload.format === "text" || hex === null ? [] : [{ value: "text" as const, label: "Text" }]),
    ...(payload.format === "hex" && isRaw ? [] : hex === null ? [] : [{ value: "hex" as const, label: "Hex" }]),
  ]
  const shown = valueText(payload, hex, view)
  return (
    <>
      <div className="mt-4 mb-1 flex items-center gap-2">
        <h3>Value</h3>
        <span className="text-12 text-dim">
          {formatBytes(payload.sizeBytes)}
          {payload.isTruncated ? `, first ${formatBytes(new TextEncoder().encode(payload.text).length)} shown` : ""}
        </span>
        <span className="ml-auto inline-flex items-center gap-1">
          <Segmented isSmall label="Show the value as" value={view} segments={segments} onChoose={setView} />
          <CopyId text={shown} what="the value" />
        </span>
      </div>
      <Code text={escapeHidden(shown, { keepLines: true })} />
    </>
  )
}

function valueText(payload: Payload, hex: string | null, view: View): string {
  if (view === "decoded" || hex === null) return payload.format === "hex" ? hexDump(bytesOfHex(payload.text)) : payload.text
  const bytes = bytesOfHex(hex)
  return view === "hex" ? hexDump(bytes) : new TextDecoder().decode(bytes)
}

/** Foreign text, as text: never as markup, never as a link. */
function Code({ text }: { text: string }) {
  return (
    <pre className="mono max-h-[46vh] overflow-auto rounded-2 border border-line bg-sunken px-2.5 py-2 break-all whitespace-pre-wrap text-soft">
      {text}
    </pre>
  )
}
