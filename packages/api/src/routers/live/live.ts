import { can, type Kind, type Verb } from "../../access.ts"
import type { Context } from "../../context.ts"
import { ApiError } from "../../errors.ts"
import { uuidV7 } from "../../ids.ts"
import type { Stream } from "../../stream-output.ts"
import type { LiveEvent, LiveKey } from "./schema.ts"

/** Permissions are looked at again this often, and proxies see an end now and then. */
const maxStreamMs = 290_000
const checkMs = 30_000

/** What a key's query needs. */
const permissions: Record<LiveKey["of"], { kind: Kind; verb: Verb }> = {
  clusters: { kind: "cluster", verb: "describe" },
  topics: { kind: "topic", verb: "list" },
  groups: { kind: "group", verb: "list" },
  resources: { kind: "topic", verb: "describe" },
  metrics: { kind: "cluster", verb: "describe" },
  alerts: { kind: "alert", verb: "list" },
}

export async function* openStream(
  { caller, deps }: Context,
  { keys, lastEventId }: { keys: LiveKey[]; lastEventId?: string | null },
): AsyncGenerator<{ id: string; event: LiveEvent }, void, undefined> {
  const sessionId = ownSession(caller.sessionId)
  checkKeys(caller.subject, keys)
  const streamId = uuidV7(deps.random, deps.clock.wall())
  const stream = deps.live.open({ keys, sessionId, streamId, lastEventId })
  const cancelAge = deps.clock.after(maxStreamMs, () => deps.live.endAged(stream))
  let cancelCheck = (): void => undefined
  const check = (): void => {
    if (!deps.sessions.isActive(sessionId)) deps.live.endSession(sessionId)
    else cancelCheck = deps.clock.after(checkMs, check)
  }
  cancelCheck = deps.clock.after(checkMs, check)
  try {
    for (let item = await stream.next(caller.signal); item; item = await stream.next(caller.signal)) yield item
  } finally {
    cancelAge()
    cancelCheck()
    stream.close()
  }
  // A stream that returns is over for the browser; one that breaks off is opened again, with the id of its last event.
  if (deps.sessions.isActive(sessionId)) throw new DOMException("the stream ends", "AbortError")
}

export async function setInterest(
  { caller, deps }: Context,
  { streamId, keys }: { streamId: string; keys: LiveKey[] },
): Promise<{ isKnown: boolean }> {
  checkKeys(caller.subject, keys)
  return { isKnown: deps.live.setKeys(streamId, ownSession(caller.sessionId), keys) }
}

function checkKeys(subject: Context["caller"]["subject"], keys: readonly LiveKey[]): void {
  for (const { of, cluster, name } of keys) {
    const { kind, verb } = permissions[of]
    if (!can(subject, verb, { kind, cluster, name })) throw new ApiError("DENIED", `watching ${of} needs the permission ${kind}:${verb}`)
  }
}

function ownSession(sessionId: string | null): string {
  if (sessionId === null) throw new ApiError("NOT_SIGNED_IN", "sign in first")
  return sessionId
}

export type LiveEvents = Stream<LiveEvent>
