"use client"
import { Banner } from "../../components/ui/banner.tsx"
import { useConnected } from "../../trpc/connection.ts"

/** Over every page while the server is away. What was read stays, and goes on by itself. */
export function OfflineBanner() {
  if (useConnected()) return null
  return (
    <div className="sticky top-[52px] z-10 mb-3 rounded-3 bg-bg">
      <Banner status="warn" claim="The console's server does not answer.">
        You see what was last read. It goes on by itself when the server is back; other pages open then.
      </Banner>
    </div>
  )
}
