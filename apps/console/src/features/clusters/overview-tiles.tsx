import { known, Missing } from "../../components/resource/cell.tsx"
import { Delayed, Skeleton } from "../../components/ui/skeleton.tsx"
import { Tile, Tiles } from "../../components/ui/tiles.tsx"
import { formatExact } from "../../format.ts"
import type { NumberCell, Overview } from "../../trpc/types.ts"

type TileName = keyof Overview["tiles"]

/** Worst news first; the order never changes, so that an eye finds a number where it was. */
const tiles: readonly (readonly [TileName, string])[] = [
  ["partitionsOffline", "Offline partitions"],
  ["partitionsUnderReplicated", "Under-replicated"],
  ["brokers", "Brokers ready"],
  ["topics", "Topics"],
  ["groups", "Groups"],
  ["groupsStalled", "Groups stalled"],
  ["alertsFiring", "Alerts firing"],
]

export function OverviewTiles({ data }: { data: Overview | undefined }) {
  return (
    <Tiles label="State of the cluster">
      {tiles.map(([name, label]) => {
        const tile = data?.tiles[name]
        if (!tile)
          return (
            <Tile
              key={name}
              label={label}
              value={
                <Delayed>
                  <Skeleton width={36} />
                </Delayed>
              }
            />
          )
        const isWrong = tile.status === "bad" || tile.status === "warn"
        const whole = tile.of === null ? null : known(tile.of)
        return (
          <Tile
            key={name}
            label={label}
            value={<TileValue value={tile.value} />}
            {...(whole === null ? {} : { unit: `of ${formatExact(whole)}` })}
            note={tile.note}
            title={tile.note}
            {...(isWrong ? { status: tile.status as "bad" | "warn" } : {})}
          />
        )
      })}
    </Tiles>
  )
}

function TileValue({ value }: { value: NumberCell }) {
  const number = known(value)
  if (number === null) return <Missing code={typeof value === "object" && "missing" in value ? value.missing : "NOT_READ"} />
  return <span className={typeof value === "object" ? "text-dim" : ""}>{formatExact(number)}</span>
}
