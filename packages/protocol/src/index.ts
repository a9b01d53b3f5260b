/** Kafka's wire format: definitions, codec, frames and error codes. The messages are in `./messages`, record batches in `./records`. */
export { DecodeError, EncodeError } from "./codec-error.ts"
export * from "./errors.ts"
export { FrameReader, type FrameReaderOptions } from "./frame.ts"
export {
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  encodeResponseParts,
  type RequestHeader,
  type RequestMeta,
} from "./header.ts"
export {
  type Api,
  defineApi,
  defineRecord,
  isFlexible,
  type RecordFormat,
  type RequestInput,
  type RequestOf,
  type ResponseInput,
  type ResponseOf,
  supports,
} from "./schema/api.ts"
export * from "./schema/fields.ts"
export type { Field, FieldOptions, Fields, Infer, InferInput } from "./schema/infer.ts"
export { decodeRecord, encodeRecord, type Stored } from "./stored.ts"
