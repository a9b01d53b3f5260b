import { type ReactNode, Suspense } from "react"
import { AlertBell } from "../../features/alerts/alert-bell.tsx"
import { ClusterSwitcher } from "../../features/clusters/cluster-switcher.tsx"
import { SearchBox } from "../../features/search/search-box.tsx"
import { UserMenu } from "../../features/session/user-menu.tsx"
import { Shell } from "../../features/shell/shell.tsx"
import { Providers } from "../providers.tsx"

/** The address decides what a page shows, and only the browser knows it: nothing is drawn before. */
export default function ConsoleLayout({ children }: { children: ReactNode }) {
  return (
    <Providers>
      <Suspense fallback={null}>
        <Shell switcher={<ClusterSwitcher />} search={<SearchBox />} bell={<AlertBell />} user={<UserMenu />}>
          {children}
        </Shell>
      </Suspense>
    </Providers>
  )
}
