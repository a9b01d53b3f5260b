import { Link } from "../../app/navigation.tsx"
import { Panel } from "../../components/ui/panel.tsx"
import { Delayed, Skeleton } from "../../components/ui/skeleton.tsx"
import { formatByteRate } from "../../format.ts"
import type { Overview } from "../../trpc/types.ts"

/** Topics with the highest rate in, with their share of the largest. */
export function BusiestPanel({ cluster, busiest }: { cluster: string; busiest: Overview["busiest"] | undefined }) {
  const top = Math.max(1, ...(busiest ?? []).map(({ bytesInPerSecond }) => bytesInPerSecond))
  return (
    <Panel
      isFlush
      title="Busiest topics"
      note="bytes in"
      aside={
        <Link href="/topics" className="link">
          All topics
        </Link>
      }
    >
      {busiest && busiest.length > 0 ? (
        <ol>
          {busiest.map(({ topic, bytesInPerSecond }) => (
            <li key={topic} className="flex h-7 items-center gap-3 border-t border-grid px-(--pad)">
              <Link
                href={`/topics/view?${new URLSearchParams({ cluster, topic })}`}
                className="min-w-0 flex-1 truncate font-mid hover:text-accent"
                title={topic}
              >
                {topic}
              </Link>
              <span className="h-1 w-16 flex-none overflow-hidden rounded-[2px] bg-line" aria-hidden="true">
                <i className="block h-full bg-dim" style={{ width: `${(bytesInPerSecond / top) * 100}%` }} />
              </span>
              <span className="w-20 flex-none text-right text-12 text-soft tabular-nums">{formatByteRate(bytesInPerSecond)}</span>
            </li>
          ))}
        </ol>
      ) : (
        <div className="flex min-h-14 items-center border-t border-grid px-(--pad) text-12 text-dim">
          {busiest ? (
            "Nothing is written to any topic now"
          ) : (
            <Delayed>
              <Skeleton width={180} />
            </Delayed>
          )}
        </div>
      )}
    </Panel>
  )
}
