import { grantsOf } from "../../access.ts"
import { readPreferences, writePreferences } from "../../auth/preferences.ts"
import type { Session } from "../../auth/sessions.ts"
import type { Context } from "../../context.ts"
import { type Envelope, EnvelopeBuilder } from "../../envelope.ts"
import { ApiError } from "../../errors.ts"
import { deviceOf } from "./device.ts"
import type { Me, Preferences, SessionRow } from "./schema.ts"

export async function describeMe({ caller, deps }: Context): Promise<Me> {
  const { user, session } = signedIn({ caller, deps })
  await deps.resources.settled()
  const clusters = deps.resources.clusters()
  const nowMs = deps.clock.wall()
  return new EnvelopeBuilder(nowMs).answer({
    user: { name: user, role: "local-admin" as const },
    session: { id: session.id, expiresAt: session.expiresAt, idleMs: deps.sessions.limits.idleMs },
    grants: grantsOf(caller.subject),
    preferences: await readPreferences(deps.store, user),
    console: {
      version: deps.settings.version,
      defaultNamespace: deps.settings.defaultNamespace,
      defaultCluster: clusters[0]?.name ?? null,
      nowMs,
    },
  })
}

export async function listSessions(ctx: Context): Promise<Envelope<SessionRow[]>> {
  return new EnvelopeBuilder(ctx.deps.clock.wall()).answer(rows(ctx))
}

export async function revokeSession(ctx: Context, { id }: { id: string }): Promise<{ sessions: SessionRow[] }> {
  const { user } = signedIn(ctx)
  if (!(await ctx.deps.sessions.revoke(user, id))) throw new ApiError("NOT_FOUND", "this session has ended already", { path: "id" })
  return { sessions: rows(ctx) }
}

export function setPreferences(ctx: Context, change: Partial<Preferences>): Promise<Preferences> {
  return writePreferences(ctx.deps, signedIn(ctx).user, change)
}

function rows(ctx: Context): SessionRow[] {
  const { user } = signedIn(ctx)
  return ctx.deps.sessions.list(user).map(({ id, createdAt, lastSeenAt, expiresAt, address, userAgent }) => ({
    id,
    createdAt,
    lastSeenAt,
    expiresAt,
    address,
    device: deviceOf(userAgent),
    isCurrent: id === ctx.caller.sessionId,
  }))
}

function signedIn({ caller, deps }: Context): { user: string; session: Session } {
  if (caller.subject.kind === "anonymous") throw new ApiError("NOT_SIGNED_IN", "sign in first")
  const user = caller.subject.name
  const session = deps.sessions.list(user).find(({ id }) => id === caller.sessionId)
  if (!session) throw new ApiError("NOT_SIGNED_IN", "this session has ended")
  return { user, session }
}
