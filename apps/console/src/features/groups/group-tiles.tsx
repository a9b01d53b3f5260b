import type { ReactNode } from "react"
import { Cell, isNever, known } from "../../components/resource/cell.tsx"
import { Tile, type TileProps, Tiles } from "../../components/ui/tiles.tsx"
import { countParts, formatDuration, formatExact, formatLag, plural } from "../../format.ts"
import type { GroupDetails, NumberCell } from "../../trpc/types.ts"
import { trendWords } from "./group-columns.tsx"

export function GroupTiles({ details }: { details: GroupDetails }) {
  return (
    <Tiles label="State of the group">
      {tilesOf(details).map((tile) => (
        <Tile key={tile.label} {...tile} />
      ))}
    </Tiles>
  )
}

function counted(value: NumberCell, unit: string): ReactNode {
  return (
    <Cell
      value={value}
      never="never"
      exact={(number) => formatExact(Math.round(number))}
      format={(number) => {
        const { value: digits, unit: scale } = countParts(number)
        return (
          <>
            {digits} {scale}
            <small className="ml-[3px] text-12 font-text tracking-normal text-dim">{unit}</small>
          </>
        )
      }}
    />
  )
}

function tilesOf(details: GroupDetails): TileProps[] {
  const { lagRecords, lagSeconds, lagPerSecond, recordsReadPerSecond, recordsWrittenPerSecond, members, status, topics } = details
  const wrong = status === "bad" || status === "warn" ? { status } : {}
  return [
    {
      label: "Lag",
      value: counted(lagRecords, "records"),
      note: isNever(lagRecords) ? "no commit yet" : <Cell value={lagPerSecond} format={trendWords} />,
      ...wrong,
    },
    {
      label: "Behind",
      value: <Cell value={lagSeconds} never="never" format={formatLag} />,
      note: "age of the oldest unread record",
      ...wrong,
    },
    { label: "Reads", value: counted(recordsReadPerSecond, "rec/s"), note: "by its commits" },
    {
      label: "Writes",
      value: counted(recordsWrittenPerSecond, "rec/s"),
      note: topics.length === 1 ? topics[0] : plural(topics.length, "topic"),
    },
    { label: "Time to zero", value: zeroWords(details), note: "at the rate of the last minutes" },
    {
      label: "Members",
      value: <Cell value={members} format={formatExact} />,
      note: known(members) === 0 ? "nobody reads now" : `${details.protocol || "no"} assignment`,
    },
  ]
}

function zeroWords({ msToZero, lagRecords }: GroupDetails): ReactNode {
  const lag = known(lagRecords)
  if (lag === 0) return "caught up"
  if (lag === null) return <span className="text-12 font-text text-dim">unknown</span>
  return msToZero === null ? "never" : formatDuration(msToZero)
}
