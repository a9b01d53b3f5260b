// A watch body is one JSON event per line. Ends quietly with the stream; an ERROR event becomes a typed error.
import type { Readable } from "node:stream"
import { KubeError } from "./errors.ts"
import { isRecord, type KubeObject, type WatchEvent } from "./object.ts"

const lineLimit = 16 * 1024 * 1024

export async function* watchEvents<T extends KubeObject>(
  stream: Readable,
  { onActivity, signal }: { onActivity?: () => void; signal?: AbortSignal },
): AsyncGenerator<WatchEvent<T>, void, void> {
  try {
    for await (const line of lines(stream, onActivity)) yield parseEvent<T>(line)
  } catch (error) {
    if (signal?.aborted) return
    if (error instanceof KubeError) throw error
    throw new KubeError("Unreachable", `the watch broke off: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  } finally {
    stream.destroy()
  }
}

async function* lines(stream: Readable, onActivity: (() => void) | undefined): AsyncGenerator<string, void, void> {
  let rest = ""
  stream.setEncoding("utf8")
  for await (const chunk of stream) {
    onActivity?.()
    const parts = (rest + String(chunk)).split("\n")
    rest = parts.pop() ?? ""
    if (rest.length > lineLimit) throw new KubeError("BadAnswer", `a watch event is longer than ${lineLimit} characters`)
    for (const part of parts) if (part !== "") yield part
  }
  // What follows the last newline was cut off with the stream; the relist or the next watch brings it again.
}

function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  const event = parseLine(line)
  if (!isRecord(event) || !isRecord(event.object)) throw new KubeError("BadAnswer", "a watch event has no object")
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
    case "BOOKMARK":
      return event as WatchEvent<T>
    case "ERROR":
      throw KubeError.fromStatus(event.object, typeof event.object.code === "number" ? event.object.code : 500)
    default:
      throw new KubeError("BadAnswer", `a watch event has the unknown type ${JSON.stringify(event.type)}`)
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new KubeError("BadAnswer", "a watch event is not JSON", { cause })
  }
}
