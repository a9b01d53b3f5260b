"use client"
import { Link, usePath } from "../../app/navigation.tsx"
import { IconButton } from "../../components/ui/button.tsx"
import { cx } from "../../components/ui/cx.ts"
import { Icon, type IconName, Logo } from "../../components/ui/icon.tsx"
import { Kbd } from "../../components/ui/kbd.tsx"
import { StatusShape } from "../../components/ui/status-shape.tsx"
import { setPreferences } from "../../preferences.ts"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"
import { openShortcuts } from "./shortcuts.tsx"

interface Page {
  href: string
  label: string
  icon: IconName
  count?: "topics" | "groups" | "alerts"
}

const pages: readonly Page[] = [
  { href: "/", label: "Overview", icon: "overview" },
  { href: "/topics", label: "Topics", icon: "topics", count: "topics" },
  { href: "/groups", label: "Groups", icon: "groups", count: "groups" },
  { href: "/alerts", label: "Alerts", icon: "alerts", count: "alerts" },
]

export function Rail({ cluster, isOpen }: { cluster: string; isOpen: boolean }) {
  const path = usePath()
  const problems = useProblemCounts(cluster)
  return (
    <nav
      aria-label="Main"
      className={cx(
        "sticky top-0 row-span-2 flex h-[calc(100vh-2px)] flex-col border-r border-line bg-rail pb-2",
        isOpen ? "px-2" : "px-1.5",
      )}
    >
      <Link href="/" className="flex h-11 items-center gap-[9px] px-2 text-[14px] font-[640] tracking-[-.2px]">
        <Logo />
        <span className={isOpen ? "" : "sr-only"}>Rivven</span>
      </Link>
      <ul>
        {pages.map((page) => (
          <li key={page.href}>
            <RailLink
              page={page}
              isOpen={isOpen}
              isCurrent={page.href === "/" ? path === "/" : path.startsWith(page.href)}
              problem={page.count && problems[page.count]}
            />
          </li>
        ))}
      </ul>
      <div className="mt-auto flex flex-col gap-px">
        {isOpen ? (
          <button type="button" onClick={openShortcuts} className="flex h-7 items-center gap-[9px] rounded-2 px-2 text-soft hover:bg-hover">
            <Icon name="shortcuts" className="text-dim" />
            Shortcuts
            <span className="ml-auto">
              <Kbd>?</Kbd>
            </span>
          </button>
        ) : (
          <IconButton icon="shortcuts" label="Shortcuts" onClick={openShortcuts} className="mx-auto" />
        )}
        <RailToggle isOpen={isOpen} />
      </div>
    </nav>
  )
}

function RailToggle({ isOpen }: { isOpen: boolean }) {
  const client = useTRPCClient()
  const toggle = () => {
    setPreferences({ isRailOpen: !isOpen })
    // The browser keeps the choice anyway; the session's record follows when the server is there.
    client.session.setPreferences.mutate({ isRailOpen: !isOpen }).catch(() => undefined)
  }
  if (!isOpen) return <IconButton icon="panel" label="Open the rail" onClick={toggle} className="mx-auto" />
  return (
    <button type="button" onClick={toggle} className="flex h-7 items-center gap-[9px] rounded-2 px-2 text-soft hover:bg-hover">
      <Icon name="panel" className="text-dim" />
      Close the rail
    </button>
  )
}

interface ProblemCount {
  count: number
  status: "bad" | "warn"
}

function RailLink({
  page,
  isOpen,
  isCurrent,
  problem,
}: {
  page: Page
  isOpen: boolean
  isCurrent: boolean
  problem: ProblemCount | undefined
}) {
  const words = problem ? `${page.label}, ${problem.count} with problems` : page.label
  return (
    <Link
      href={page.href}
      aria-current={isCurrent ? "page" : undefined}
      data-tip={isOpen ? undefined : words}
      className={cx(
        "group mb-px flex h-7 items-center gap-[9px] rounded-2 px-2 focus-visible:rounded-2",
        isCurrent ? "bg-press font-mid text-ink" : "text-soft hover:bg-hover",
        !isOpen && "relative justify-center px-0",
      )}
    >
      <Icon name={page.icon} className={isCurrent ? "text-ink" : "text-dim"} />
      <span className={isOpen ? "" : "sr-only"}>{page.label}</span>
      {problem && isOpen ? (
        <span
          className={cx(
            "ml-auto inline-flex items-center gap-[5px] text-11 font-mid tabular-nums",
            problem.status === "bad" ? "text-bad" : "text-warn",
          )}
        >
          <StatusShape status={problem.status} />
          {problem.count}
          <span className="sr-only"> with problems</span>
        </span>
      ) : null}
      {problem && !isOpen ? <StatusShape status={problem.status} size="size-2" className="absolute top-0.5 right-0.5" /> : null}
    </Link>
  )
}

/** How many things of each kind have a problem, and how bad the worst is. */
function useProblemCounts(cluster: string): Partial<Record<"topics" | "groups" | "alerts", ProblemCount>> {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { data } = useLiveQuery({
    queryKey: trpc.clusters.problems.queryKey({ cluster }),
    queryFn: () => client.clusters.problems.query({ cluster }),
    keys: [
      { of: "topics", cluster },
      { of: "groups", cluster },
      { of: "alerts", cluster },
    ],
    isEnabled: cluster !== "",
  })
  if (!data) return {}
  const { counts, rows } = data.data
  const of = (count: number, kinds: readonly string[]): ProblemCount | undefined =>
    count === 0
      ? undefined
      : { count, status: rows.some(({ subject, status }) => kinds.includes(subject.kind) && status === "bad") ? "bad" : "warn" }
  const found = {
    topics: of(counts.topics, ["topic", "resource"]),
    groups: of(counts.groups, ["group"]),
    alerts: of(counts.alerts, ["alert", "group", "cluster", "topic"]),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}
