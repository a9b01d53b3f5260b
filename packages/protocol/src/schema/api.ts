/** One API of the protocol: request and response of all versions, and the codes that its responses use. */
import type { ErrorName } from "../errors.ts"
import { struct } from "./fields.ts"
import type { Fields, InputOf, OutputOf } from "./infer.ts"

export interface Api<Request extends Fields = Fields, Response extends Fields = Fields> {
  readonly key: number
  readonly name: string
  /** First and last version that the definition covers, more than a broker may advertise. */
  readonly versions: readonly [first: number, last: number]
  /** First flexible version (KIP-482): compact lengths, tag buffers, request header 2, response header 1. Absent: none is. */
  readonly flexible?: number
  readonly request: Request
  readonly response: Response
  /** Codes that responses carry, for documentation and for tests of handlers. */
  readonly errors: readonly ErrorName[]
}

/** What a decoded request looks like: all fields of all versions. */
export type RequestOf<A extends Api> = OutputOf<A["request"]>
export type ResponseOf<A extends Api> = OutputOf<A["response"]>
/** What may be encoded: fields with a default, tags, and fields that a version may drop can be left out. */
export type RequestInput<A extends Api> = InputOf<A["request"]>
export type ResponseInput<A extends Api> = InputOf<A["response"]>

export function defineApi<const Request extends Fields, const Response extends Fields>(
  api: Api<Request, Response>,
): Api<Request, Response> {
  struct(api.request)
  struct(api.response)
  return Object.freeze(api)
}

export function isFlexible(api: Api, version: number): boolean {
  return api.flexible !== undefined && version >= api.flexible
}

export function supports(api: Api, version: number): boolean {
  return version >= api.versions[0] && version <= api.versions[1]
}

/** A message that is stored rather than sent: an int16 version, then the fields. */
export interface RecordFormat<F extends Fields = Fields> {
  readonly name: string
  readonly versions: readonly [first: number, last: number]
  readonly flexible?: number
  readonly fields: F
  /** A newer version is read as the last known one: its format promises only to append (consumer protocol). */
  readonly forwardCompatible?: boolean
}

export function defineRecord<const F extends Fields>(format: RecordFormat<F>): RecordFormat<F> {
  struct(format.fields)
  return Object.freeze(format)
}
