"use client"
import { useQuery } from "@tanstack/react-query"
import { type ReactNode, useSyncExternalStore } from "react"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { hasStoredPreferences, usePreferences } from "../../preferences.ts"
import { useTRPC } from "../../trpc/client.ts"
import { LiveProvider } from "../../trpc/live.tsx"
import { DataControls } from "./data-controls.tsx"
import { OfflineBanner } from "./offline-banner.tsx"
import { Rail } from "./rail.tsx"
import { Shortcuts } from "./shortcuts.tsx"
import { useEnvironment } from "./use-environment.ts"

export interface ShellProps {
  switcher: ReactNode
  search: ReactNode
  bell: ReactNode
  user: ReactNode
  children: ReactNode
}

const bands = { prod: "border-t-env-prod", stage: "border-t-env-stage", dev: "border-t-env-dev" } as const

/** Environment band, rail, top bar, page. What stands in the bar belongs to other features and is passed in. */
export function Shell(props: ShellProps) {
  return (
    <LiveProvider>
      <Prepared>
        <Frame {...props} />
      </Prepared>
    </LiveProvider>
  )
}

const never = () => () => {}

/** A browser that sees the console for the first time waits for the session's preferences, so that nothing moves when they come. */
function Prepared({ children }: { children: ReactNode }) {
  const trpc = useTRPC()
  const { isPending } = useQuery({ ...trpc.session.me.queryOptions(), staleTime: Number.POSITIVE_INFINITY })
  // The exported page knows no browser: it is drawn empty, and the first render of the browser agrees with it.
  const isKnown = useSyncExternalStore(never, hasStoredPreferences, () => false)
  return isKnown || !isPending ? children : null
}

function Frame({ switcher, search, bell, user, children }: ShellProps) {
  const { isRailOpen } = usePreferences()
  const cluster = useCluster()
  const environment = useEnvironment(cluster)
  return (
    <div
      className={`grid min-h-screen grid-rows-[44px_minmax(0,1fr)] border-t-2 ${isRailOpen ? "grid-cols-[200px_minmax(0,1fr)]" : "grid-cols-[48px_minmax(0,1fr)]"} ${environment ? bands[environment] : "border-t-line"}`}
    >
      <a
        href="#page"
        className="sr-only z-50 focus:not-sr-only focus:absolute focus:top-1 focus:left-1 focus:rounded-2 focus:bg-raised focus:px-3 focus:py-1"
      >
        Skip to the page
      </a>
      <Rail cluster={cluster} isOpen={isRailOpen} />
      <header className="sticky top-0 z-20 flex items-center gap-2 border-b border-line bg-rail pr-(--gutter) pl-3">
        {switcher}
        {search}
        <span className="flex-1" />
        <DataControls />
        <span className="h-4.5 w-px bg-line" aria-hidden="true" />
        {bell}
        {user}
      </header>
      <main id="page" tabIndex={-1} className="relative min-w-0 px-(--gutter) pt-4 pb-8 focus-visible:shadow-none">
        <OfflineBanner />
        {children}
      </main>
      <Shortcuts />
    </div>
  )
}
