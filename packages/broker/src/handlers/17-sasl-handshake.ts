// Chooses the mechanism. After version 0 tokens follow without headers; from 1 in SaslAuthenticate. On a connection that is known already it
// begins a re-authentication (KIP-368).
import { errorCode } from "@rivven/protocol"
import { SaslHandshake } from "@rivven/protocol/messages"
import { defineHandler } from "../dispatch/define-handler.ts"

export default defineHandler(SaslHandshake, {
  versions: [0, 1],
  omits: ["GSSAPI", "delegation tokens"],
  handle({ mechanism }, context) {
    const { error, closes } = context.peer.authentication.handshake(mechanism, context.apiVersion)
    context.countError(error)
    if (closes !== undefined) context.closeAfter(closes)
    return { errorCode: errorCode(error), mechanisms: [...context.peer.authentication.mechanisms] }
  },
})
