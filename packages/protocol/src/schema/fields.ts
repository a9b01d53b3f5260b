/**
 * Builders for the declarative definitions in `messages/`. A field says what it is and in which versions it exists; nothing says
 * "compact" or "tag buffer": those follow from the API's first flexible version (KIP-482).
 */
import type { ArrayOf, Field, FieldOptions, Fields, InputOf, IsNullable, IsOptional, OutputOf } from "./infer.ts"

type Nullable<O> = IsNullable<O> extends true ? null : never

/** Built from our own definitions only, and still checked: the names end up in compiled code. */
const fieldName = /^[a-zA-Z]\w*$/

function scalar<T, In = T>(kind: Field["kind"]) {
  return <const O extends FieldOptions<In> = object>(options?: O) =>
    ({ kind, options: options ?? {} }) as Field<T | Nullable<O>, In | Nullable<O>, IsOptional<O>>
}

export const bool = scalar<boolean>("bool")
export const int8 = scalar<number>("int8")
export const int16 = scalar<number>("int16")
export const uint16 = scalar<number>("uint16")
export const int32 = scalar<number>("int32")
/** 64 bits as a `number`, exact to ±2^53: offsets, timestamps, ids. Larger values arrive rounded, for a handler to refuse. */
export const int64 = scalar<number>("int64")
/** 64 bits as a `bigint`, only where the full range is legal. */
export const int64Big = scalar<bigint>("int64Big")
export const float64 = scalar<number>("float64")
export const string = scalar<string>("string")
/** 22 characters of base64url, as Kafka prints ids; `zeroUuid` means "none". */
export const uuid = scalar<string>("uuid")
/** Decodes to a slice of the input: copy it before keeping it. */
export const bytes = scalar<Uint8Array>("bytes")
/** Record batches, never looked into here. Decodes to a slice; encodes one slice or several that follow each other. */
export const records = scalar<Uint8Array, Uint8Array | readonly Uint8Array[]>("records")

export const zeroUuid = "AAAAAAAAAAAAAAAAAAAAAA"

export function array<const E extends Field | Fields, const O extends FieldOptions<readonly never[]> = object>(element: E, options?: O) {
  const inner = isField(element) ? element : struct(element)
  return { kind: "array", options: options ?? {}, element: inner } as unknown as Field<
    ArrayOf<OutputOf<E>> | Nullable<O>,
    readonly InputOf<E>[] | Nullable<O>,
    IsOptional<O>
  >
}

export function struct<const F extends Fields, const O extends FieldOptions<never> = object>(fields: F, options?: O) {
  for (const name of Object.keys(fields)) {
    if (!fieldName.test(name)) throw new TypeError(`field name "${name}" must match ${fieldName}`)
  }
  return { kind: "struct", options: options ?? {}, fields } as unknown as Field<
    OutputOf<F> | Nullable<O>,
    InputOf<F> | Nullable<O>,
    IsOptional<O>
  >
}

function isField(element: Field | Fields): element is Field {
  return typeof element.kind === "string"
}
