"use client"
import { lazy, Suspense, useState } from "react"
import { SentenceText } from "../../components/resource/entity-link.tsx"
import { Button } from "../../components/ui/button.tsx"
import { Delayed, Skeleton } from "../../components/ui/skeleton.tsx"
import { StatusShape, statusText } from "../../components/ui/status-shape.tsx"
import type { Overview } from "../../trpc/types.ts"

const ConnectionDrawer = lazy(() => import("./connection-drawer.tsx"))

/** One sentence with its reasons, worst first, each linked. */
export function Verdict({ verdict, cluster }: { verdict: Overview["verdict"]; cluster: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <section aria-label="Verdict" className="flex items-start gap-4 pt-1 pb-0.5">
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-2.5">
          <StatusShape status={verdict.status} size="size-[13px]" className="translate-y-px" />
          <h1 className="text-20 font-[560] tracking-[-.35px] text-balance">
            <span className={statusText[verdict.status]}>{verdict.lead}</span> <SentenceText parts={verdict.sentence} isUnderlined />
          </h1>
        </div>
        <p className="mt-1 ml-[23px] text-12 text-dim tabular-nums">{verdict.note}</p>
      </div>
      <Button onClick={() => setOpen(true)}>Connect a client</Button>
      {isOpen ? (
        <Suspense fallback={null}>
          <ConnectionDrawer cluster={cluster} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </section>
  )
}

export function VerdictSkeleton() {
  return (
    <div className="pt-1 pb-0.5" aria-busy="true">
      <h1 className="sr-only">Overview</h1>
      <Delayed>
        <div className="h-7 pt-1.5">
          <Skeleton width={480} />
        </div>
        <div className="mt-1 ml-[23px] h-4">
          <Skeleton width={300} />
        </div>
      </Delayed>
    </div>
  )
}
