// What a handler is. `handlers/NN-name.ts` defines one per API and `handlers/index.ts` lists them; the dispatcher derives the advertised
// versions, the version check, decoding, metrics and the answer to a bug from the definition, so that advertised = implemented.
import type { Api, ErrorName, RequestOf, ResponseInput } from "@rivven/protocol"
import type { Peer } from "../net/peer.ts"
import type { QuotaKind } from "../quotas/quota-entity.ts"
import type { Consumer } from "../quotas/quota-store.ts"
import type { Operation, ResourceType } from "../security/access.ts"
import type { Services } from "../services.ts"

/** For Produce with acks=0: the client waits for nothing. */
export const noResponse = Symbol("no response")

/** The connection is closed instead of an answer, because none would be understood or is expected. */
export interface CloseConnection {
  readonly close: string
}

export type HandlerResult<A extends Api> = ResponseInput<A> | typeof noResponse | CloseConnection

export interface RequestContext extends Services {
  readonly peer: Peer
  readonly clientId: string
  readonly apiVersion: number
  /** Whether who sent the request may do this; always, where no authorizer is configured. The cluster is called `kafka-cluster`. */
  readonly allows: (operation: Operation, resourceType: ResourceType, name: string) => boolean
  /** The same for what is merely looked through, such as a list of everything: a denial does not count. */
  readonly wouldAllow: (operation: Operation, resourceType: ResourceType, name: string) => boolean
  /** Whether they may do it to any resource of the type at all. */
  readonly allowsSome: (operation: Operation, resourceType: ResourceType) => boolean
  /** Whose quotas count. */
  readonly consumer: Consumer
  /** The sender has used more than a quota gives and has to wait. */
  readonly throttle: (kind: QuotaKind, ms: number) => void
  /** Runs when the response has left the process or never will; for pooled memory in the response. */
  afterSent(release: () => void): void
  /** Ends the connection once the response has left, with the reason for the log. */
  closeAfter(reason: string): void
  /** Counts this request under an error that its response carries deeper inside. */
  countError(error: ErrorName): void
  /** Time, in ms, that the client asked to wait; it does not count as time the request took. */
  countWait(ms: number): void
}

export interface HandlerOptions<A extends Api> {
  /** What ApiVersions says. */
  readonly versions: readonly [first: number, last: number]
  /** Where old clients need more advertised than can be served: a request in an unaccepted version closes its connection. */
  readonly accepts?: readonly [first: number, last: number]
  /** What Kafka does here and this broker does not; feeds docs/reference/kafka-compat.md. */
  readonly omits: readonly string[]
  /** Starts before earlier requests of its connection are answered. */
  readonly isPipelined?: boolean
  /** The bytes of the request count as produced. */
  readonly produces?: boolean
  /** The response carries record batches: it leaves as the slices they came as. */
  readonly carriesRecords?: boolean
  handle(request: RequestOf<A>, context: RequestContext): HandlerResult<A> | Promise<HandlerResult<A>>
}

export interface Handler extends Omit<HandlerOptions<Api>, "handle"> {
  readonly api: Api
  handle(request: never, context: RequestContext): HandlerResult<Api> | Promise<HandlerResult<Api>>
}

export function defineHandler<A extends Api>(api: A, options: HandlerOptions<A>): Handler {
  return { api, ...options } as Handler
}
