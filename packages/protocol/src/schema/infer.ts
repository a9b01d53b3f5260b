/** Shapes of definitions and the static types inferred from them. Types only. */

export type Kind =
  | "bool"
  | "int8"
  | "int16"
  | "uint16"
  | "int32"
  | "int64"
  | "int64Big"
  | "float64"
  | "string"
  | "uuid"
  | "bytes"
  | "records"
  | "array"
  | "struct"

export interface FieldOptions<T = unknown> {
  /** First version that has the field. */
  readonly since?: number
  /** Last version that has it. */
  readonly until?: number
  /** First version in which null is legal. */
  readonly nullableSince?: number
  /** Written in the tag buffer under this number, and only when it differs from the default. */
  readonly tag?: number
  /** What decode answers for a version without the field; the zero of its type when absent here. */
  readonly default?: T | null
  /** A value other than the default may be dropped silently at a version without the field; otherwise encode throws. */
  readonly ignorable?: boolean
}

export interface Field<Out = unknown, In = unknown, Optional extends boolean = boolean> {
  readonly kind: Kind
  readonly options: FieldOptions<string | number | boolean | bigint>
  /** Of arrays. */
  readonly element?: Field
  /** Of structs. */
  readonly fields?: Fields
  /** Carries the types; never there at run time. */
  readonly types?: { readonly out: Out; readonly in: In; readonly optional: Optional }
}

export interface Fields {
  readonly [name: string]: Field
}

export type IsNullable<O> = O extends { readonly nullableSince: number } ? true : false

/** A field may be left out of a value to encode when it has a default of its own, is a tag, may be dropped, or has gone. */
export type IsOptional<O> = O extends
  | { readonly default: unknown }
  | { readonly tag: number }
  | { readonly ignorable: true }
  | { readonly until: number }
  ? true
  : false

export type ArrayOf<T> = T[]

/** What decode answers: every field, of all versions. */
export type OutputOf<E> =
  E extends Field<infer Out, infer _In, infer _Optional> ? Out : { -readonly [K in keyof E]: E[K] extends Field<infer Out> ? Out : never }

type OptionalKeys<F> = { [K in keyof F]: F[K] extends Field<infer _Out, infer _In, true> ? K : never }[keyof F]

/** What encode takes: see `IsOptional`. */
export type InputOf<E> =
  E extends Field<infer _Out, infer In, infer _Optional>
    ? In
    : { readonly [K in Exclude<keyof E, OptionalKeys<E>>]: E[K] extends Field<infer _O, infer In> ? In : never } & {
        readonly [K in OptionalKeys<E>]?: E[K] extends Field<infer _O, infer In> ? In : never
      }

/** Static type of a decoded message, e.g. `Infer<typeof Fetch.request>`. */
export type Infer<F extends Fields> = OutputOf<F>
export type InferInput<F extends Fields> = InputOf<F>
