// One token of the mechanism chosen by SaslHandshake. 1 tells how long the session lasts, 2 flexible. What was wrong is in the log only: a
// client hears one sentence per mechanism.
import { errorCode } from "@rivven/protocol"
import { SaslAuthenticate } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"

export default defineHandler(SaslAuthenticate, {
  versions: [0, 2],
  omits: [],
  async handle({ authBytes }, context) {
    const { error, message, reply, lifetimeMs, closes } = await context.peer.authentication.authenticate(authBytes)
    context.countError(error)
    if (closes !== undefined) context.closeAfter(closes)
    return { errorCode: errorCode(error), errorMessage: message, authBytes: reply, sessionLifetimeMs: lifetimeMs }
  },
})
