"use client"
import type { ReactNode } from "react"
import { Cell, isNever } from "../../components/resource/cell.tsx"
import { MetricChart } from "../../components/resource/metric-chart.tsx"
import { Tile, type TileProps, Tiles } from "../../components/ui/tiles.tsx"
import {
  byteParts,
  countParts,
  formatDateTime,
  formatExact,
  formatLag,
  formatRoughAge,
  formatSetting,
  formatSizeSetting,
  type Parts,
  plural,
} from "../../format.ts"
import { useNow } from "../../now.ts"
import { useZone } from "../../preferences.ts"
import type { NumberCell, TopicDetails } from "../../trpc/types.ts"

/** The numbers of a topic in one strip, then what flows through it and how it grows. */
export function TopicOverview({ cluster, topic, details }: { cluster: string; topic: string; details: TopicDetails }) {
  return (
    <>
      <Tiles label="State of the topic">
        <DetailTiles details={details} />
      </Tiles>
      <div className="my-3 grid grid-cols-1 gap-3 lg:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
        <MetricChart cluster={cluster} panel="throughput" topic={topic} title="Throughput" hasArea />
        <MetricChart cluster={cluster} panel="size" topic={topic} title="Size on disk" hasArea />
      </div>
    </>
  )
}

/** Value and unit apart, so that the unit stays small; a missing value says why. */
function parted(value: NumberCell, split: (value: number) => Parts, suffix = ""): ReactNode {
  return (
    <Cell
      value={value}
      exact={(number) => formatExact(Math.round(number))}
      format={(number) => {
        const { value: digits, unit } = split(number)
        return (
          <>
            {digits}
            <small className="ml-[3px] text-12 font-text tracking-normal text-dim">
              {unit}
              {suffix}
            </small>
          </>
        )
      }}
    />
  )
}

function DetailTiles({ details }: { details: TopicDetails }) {
  const now = useNow()
  const zone = useZone()
  const {
    records,
    sizeBytes,
    bytesInPerSecond,
    bytesOutPerSecond,
    recordsInPerSecond,
    retentionMs,
    retentionBytes,
    lagSeconds,
    slowestGroup,
    newestRecordAt,
  } = details
  const isLate = details.problems.some(({ code }) => code === "LOSES_DATA" || code === "HIGH_LAG" || code === "STALLED")
  const tiles: TileProps[] = [
    {
      label: "Records",
      value: parted(records, countParts),
      note: <Cell value={recordsInPerSecond} format={(rate) => `${formatExact(Math.round(rate))} a second`} />,
    },
    {
      label: "Size",
      value: parted(sizeBytes, byteParts),
      note: <Cell value={details.partitions} format={(count) => `in ${plural(count, "partition")}`} />,
    },
    { label: "In", value: parted(bytesInPerSecond, byteParts, "/s") },
    { label: "Out", value: parted(bytesOutPerSecond, byteParts, "/s") },
    {
      label: "Retention",
      value: <Cell value={retentionMs} format={formatSetting} exact={(ms) => `${formatExact(ms)} ms`} />,
      note: (
        <Cell value={retentionBytes} format={(bytes) => (bytes === -1 ? "no size limit" : `${formatSizeSetting(bytes)} a partition`)} />
      ),
    },
    {
      label: "Worst lag",
      value: <Cell value={lagSeconds} format={formatLag} never="never read" />,
      note: isNever(lagSeconds) ? "no group reads it" : (slowestGroup ?? ""),
      ...(isLate ? { status: "bad" as const } : {}),
    },
    {
      label: "Newest record",
      value: (
        <Cell
          value={newestRecordAt}
          format={(at) => (now === 0 ? "" : formatRoughAge(at, now))}
          exact={(at) => formatDateTime(at, zone, { milliseconds: true })}
          never="none yet"
        />
      ),
      note: "by its timestamp",
    },
  ]
  return tiles.map((tile) => <Tile key={tile.label} {...tile} />)
}
