"use client"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { failureOf } from "../../components/resource/failure.ts"
import { Button } from "../../components/ui/button.tsx"
import { FactChip } from "../../components/ui/chip.tsx"
import { Dialog } from "../../components/ui/dialog.tsx"
import { Delayed, Skeleton } from "../../components/ui/skeleton.tsx"
import { formatAge } from "../../format.ts"
import { useNow } from "../../now.ts"
import { useTRPC } from "../../trpc/client.ts"
import { callFailure } from "../../trpc/failure.ts"

/** Where this person is signed in; any of it can be ended. */
export function SessionsDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const now = useNow()
  const list = useQuery(trpc.session.list.queryOptions())
  const revoke = useMutation(
    trpc.session.revoke.mutationOptions({ onSettled: () => queryClient.invalidateQueries(trpc.session.list.queryFilter()) }),
  )
  const rows = list.data?.data
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Sessions"
      description="Each one ends by itself after eight hours without use, and after seven days at the latest."
    >
      {list.error && !rows ? (
        <p className="text-bad">{failureOf(list.error, { what: "list the sessions", onRetry: () => {} }).detail}</p>
      ) : null}
      {!rows && !list.error ? (
        <Delayed>
          <Skeleton width={260} />
        </Delayed>
      ) : null}
      <ul>
        {rows?.map((session) => (
          <li key={session.id} className="flex items-center gap-3 border-t border-grid py-2">
            <div className="min-w-0 flex-1">
              <div className="flex items-center gap-2 text-ink">
                {session.device} {session.isCurrent ? <FactChip>this one</FactChip> : null}
              </div>
              <div className="text-12 text-dim tabular-nums">
                {session.address}, used {formatAge(session.lastSeenAt, now)}
              </div>
            </div>
            {session.isCurrent ? null : (
              <Button isSmall disabled={revoke.isPending} onClick={() => revoke.mutate({ id: session.id })}>
                End
              </Button>
            )}
          </li>
        ))}
      </ul>
      {revoke.error ? (
        <p role="alert" className="text-12 text-bad">
          {callFailure(revoke.error).message}
        </p>
      ) : null}
    </Dialog>
  )
}
