// Waits until a broker acknowledges a record: a listening broker is not yet one that works. Speaks the protocol over a bare socket, because
// no client library retries fast enough to see a start of a quarter of a second.
import { connect, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { decodeResponse, encodeRequest, FrameReader } from "@rivven/protocol"
import { Metadata, Produce } from "@rivven/protocol/messages"
import { encodeBatch } from "@rivven/protocol/records"

const version = 7

const unknownTopic = 3

/** Answers when partition 0 of `topic` has acknowledged one record with acks=all; auto-creation makes the topic. Throws after `timeoutMs`. */
export async function firstAck(bootstrap: string, topic: string, timeoutMs = 60_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  let last = "no connection"
  while (performance.now() < deadline) {
    try {
      last = await produceOnce(bootstrap, topic)
      if (last === "acked") return
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    await sleep(2)
  }
  throw new Error(`no acknowledgement from ${bootstrap} within ${timeoutMs} ms: ${last}`)
}

async function produceOnce(bootstrap: string, topic: string): Promise<string> {
  const [host = "", port = ""] = bootstrap.split(":")
  const socket = connect({ host, port: Number(port), noDelay: true })
  try {
    const records = encodeBatch({ records: [{ timestamp: Date.now(), key: null, value: Buffer.from("first"), headers: [] }] })
    const body = {
      transactionalId: null,
      acks: -1,
      timeoutMs: 10_000,
      topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
    }
    socket.write(encodeRequest(Produce, version, { correlationId: 1, clientId: "first-ack" }, body))
    const { body: response } = decodeResponse(Produce, version, await nextFrame(socket))
    const code = response.responses[0]?.partitionResponses[0]?.errorCode
    if (code === unknownTopic) {
      socket.write(
        encodeRequest(
          Metadata,
          4,
          { correlationId: 2, clientId: "first-ack" },
          { topics: [{ name: topic }], allowAutoTopicCreation: true, includeTopicAuthorizedOperations: false },
        ),
      )
      await nextFrame(socket)
    }
    return code === 0 ? "acked" : `error ${code}`
  } finally {
    socket.destroy()
  }
}

function nextFrame(socket: Socket): Promise<Uint8Array> {
  const reader = new FrameReader({ maxFrameBytes: 1_048_576 })
  return new Promise((resolve, reject) => {
    socket.on("data", (chunk) => {
      const frame = reader.push(chunk)[0]
      if (frame) resolve(frame)
    })
    socket.once("error", reject)
    socket.once("close", () => reject(new Error("closed")))
  })
}
