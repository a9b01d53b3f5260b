import { z } from "zod"
import { kinds, verbs } from "../../access.ts"
import { envelope, epochMs } from "../../envelope.ts"

/** How this person wants the console to look. */
export const preferences = z.object({
  theme: z.enum(["system", "light", "dark"]),
  density: z.enum(["compact", "comfortable"]),
  timeZone: z.enum(["local", "utc"]),
  isRailOpen: z.boolean(),
  /** Single letters as shortcuts. */
  hasShortcuts: z.boolean(),
})
export type Preferences = z.output<typeof preferences>

export const me = envelope(
  z.object({
    user: z.object({
      /** `local-admin` on a machine of one's own. */
      name: z.string(),
      role: z.enum(["local-admin"]),
    }),
    session: z.object({
      id: z.string(),
      /** Signed out then, whatever happens. */
      expiresAt: epochMs,
      /** Signed out after this long without a request. */
      idleMs: z.int(),
    }),
    /** What `can` grants this person, anywhere. */
    grants: z.array(z.object({ kind: z.enum(kinds), verbs: z.array(z.enum(verbs)) })),
    preferences,
    /** Runtime settings; nothing is baked into the shell. */
    console: z.object({
      version: z.string(),
      /** Where a new topic goes when the form does not say. */
      defaultNamespace: z.string(),
      /** Name of the cluster to open first; null when there is none. */
      defaultCluster: z.string().nullable(),
      /** The server's clock, to show ages right on a machine whose clock is off. */
      nowMs: epochMs,
    }),
  }),
)
export type Me = z.output<typeof me>

export const sessionRow = z.object({
  /** Public id; the secret is known to the browser only. */
  id: z.string(),
  createdAt: epochMs,
  lastSeenAt: epochMs,
  expiresAt: epochMs,
  address: z.string(),
  /** In a few words: "Chrome on Linux". */
  device: z.string(),
  isCurrent: z.boolean(),
})
export type SessionRow = z.output<typeof sessionRow>
export const list = envelope(z.array(sessionRow))

/** Revoking the current session signs out. */
export const revokeInput = z.object({ id: z.string().min(1).max(64) })
/** The sessions that are left, read back. */
export const revoke = z.object({ sessions: z.array(sessionRow) })

export const setPreferencesInput = preferences.partial()
export const setPreferences = preferences
