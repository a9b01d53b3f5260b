// `.output()` of a subscription: each event is checked against its schema on the way out, as the answer of a query is, and gets the id by
// which a broken stream resumes.
import { type TrackedEnvelope, tracked } from "@trpc/server"
import type { z } from "zod"

/** What a stream's source yields. */
export interface StreamItem<T> {
  /** Sent back as `lastEventId`; never empty. */
  id: string
  event: T
}

export type Stream<T> = AsyncIterable<StreamItem<T>, void, undefined>

interface StreamParser<S extends z.ZodType> {
  _input: Stream<z.input<S>>
  _output: AsyncIterable<TrackedEnvelope<z.output<S>>, void, undefined>
  parse(value: unknown): AsyncIterable<TrackedEnvelope<z.output<S>>, void, undefined>
}

export function streamOf<S extends z.ZodType>(schema: S): StreamParser<S> {
  const parser: Pick<StreamParser<S>, "parse"> = { parse: (value) => checkEach(schema, value as Stream<z.input<S>>) }
  // `_input` and `_output` are types only, as in zod.
  return parser as StreamParser<S>
}

async function* checkEach<S extends z.ZodType>(
  schema: S,
  items: Stream<z.input<S>>,
): AsyncGenerator<TrackedEnvelope<z.output<S>>, void, undefined> {
  for await (const { id, event } of items) yield tracked(id, schema.parse(event))
}
