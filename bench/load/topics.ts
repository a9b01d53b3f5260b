// Creates topics over a bare socket and waits until all of them have leaders; no client library of ours measures our broker.
import { connect } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { type Api, decodeResponse, encodeRequest, FrameReader, type RequestInput, type ResponseOf } from "@rivven/protocol"
import { CreateTopics, Metadata } from "@rivven/protocol/messages"

const responseBytes = 104_857_600

/** One request on a connection of its own. */
export async function ask<A extends Api>(
  bootstrap: string,
  api: A,
  { version, body }: { version: number; body: RequestInput<A> },
): Promise<ResponseOf<A>> {
  const [host = "", port = ""] = bootstrap.split(":")
  const socket = connect({ host, port: Number(port), noDelay: true })
  const reader = new FrameReader({ maxFrameBytes: responseBytes })
  try {
    socket.write(encodeRequest(api, version, { correlationId: 1, clientId: "bench" }, body))
    const frame = await new Promise<Uint8Array>((resolve, reject) => {
      socket.on("data", (chunk) => {
        const [found] = reader.push(chunk)
        if (found) resolve(found)
      })
      socket.once("error", reject)
      socket.once("close", () => reject(new Error("closed")))
    })
    return decodeResponse(api, version, frame).body
  } finally {
    socket.destroy()
  }
}

/** Resolves when the request is answered. Throws for the first topic that was refused. */
export async function createTopics(bootstrap: string, names: readonly string[], partitions = 1): Promise<void> {
  const topics = names.map((name) => ({ name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] }))
  const answer = await ask(bootstrap, CreateTopics, { version: 4, body: { topics, timeoutMs: 120_000, validateOnly: false } })
  const refused = answer.topics.find(({ errorCode }) => errorCode !== 0)
  if (refused) throw new Error(`${refused.name}: error ${refused.errorCode} ${refused.errorMessage ?? ""}`)
}

/** Resolves when every partition of the topics has a leader. */
export async function untilLed(bootstrap: string, names: readonly string[], partitions = 1): Promise<void> {
  for (let tries = 0; tries < 6_000; tries++) {
    const topics = names.map((name) => ({ name }))
    const { topics: known } = await ask(bootstrap, Metadata, {
      version: 4,
      body: { topics, allowAutoTopicCreation: false, includeTopicAuthorizedOperations: false },
    })
    const isLed = known.every(
      (topic) => topic.errorCode === 0 && topic.partitions.filter(({ leaderId }) => leaderId >= 0).length === partitions,
    )
    if (isLed) return
    await sleep(10)
  }
  throw new Error("partitions without a leader after a minute")
}

/** `count` partitions in topics of ten, 100 topics a request. */
export async function createPartitions(bootstrap: string, count: number): Promise<void> {
  const names = Array.from({ length: Math.ceil(count / 10) }, (_, index) => `many-${index}`)
  for (let at = 0; at < names.length; at += 100) await createTopics(bootstrap, names.slice(at, at + 100), 10)
  await untilLed(bootstrap, names, 10)
}
