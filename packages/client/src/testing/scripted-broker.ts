/**
 * A broker that says what a test tells it to, over a real socket: wrong, late, cut or hostile answers, which no real broker gives on demand.
 * It knows just enough to be bootstrapped from: versions, metadata with itself as the only broker, coordinators, producer ids.
 */
import { createServer, type Server, type Socket } from "node:net"
import {
  type Api,
  decodeRequest,
  decodeRequestHeader,
  encodeResponse,
  FrameReader,
  type RequestHeader,
  type RequestOf,
  type ResponseInput,
  zeroUuid,
} from "@rivven/protocol"
import { ApiVersions, apiByKey, apis, FindCoordinator, InitProducerId, Metadata } from "@rivven/protocol/messages"

export type ScriptedRequest = RequestHeader & { api: Api; frame: Uint8Array; connection: number }

/** A body to encode, bytes to send as they are, silence, or the end of the connection. */
export type Reply = { body: unknown } | { raw: Uint8Array } | "hang" | "close"

export type Handler = (request: ScriptedRequest) => Reply | Promise<Reply> | undefined

export type ScriptedBroker = AsyncDisposable & {
  host: string
  port: number
  address: string
  /** What was asked, in order. */
  requests: ScriptedRequest[]
  /** Answers for a key before the built-in ones do; `undefined` leaves it to them. */
  on<A extends Api>(api: A, answer: (body: RequestOf<A>, request: ScriptedRequest) => ResponseInput<A> | Reply | undefined): void
  dropConnections(): void
}

export type ScriptedOptions = {
  topics?: Readonly<Record<string, number>>
  ranges?: ReadonlyMap<number, readonly [number, number]>
  /** Finalised features and their levels. */
  features?: Readonly<Record<string, number>>
}

export async function startScriptedBroker(options: ScriptedOptions = {}): Promise<ScriptedBroker> {
  const sockets = new Set<Socket>()
  const requests: ScriptedRequest[] = []
  const handlers = new Map<number, Handler>()
  const server = createServer((socket) => {
    const connection = connections++
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    socket.on("error", () => socket.destroy())
    const frames = new FrameReader({ maxFrameBytes: 64 * 1024 * 1024 })
    let last: Promise<void> = Promise.resolve()
    socket.on("data", (chunk) => {
      for (const frame of frames.push(chunk as Uint8Array)) last = last.then(() => answer(frame, socket, connection))
    })
  })
  let connections = 0
  const port = await listening(server)

  async function answer(frame: Uint8Array, socket: Socket, connection: number): Promise<void> {
    const header = decodeRequestHeader(frame)
    const api = apiByKey(header.apiKey)
    if (api === undefined) return void socket.destroy()
    const request = { ...header, api, frame, connection }
    requests.push(request)
    const reply = (await handlers.get(api.key)?.(request)) ?? builtIn(request, { port, ...options })
    if (reply === "close") return void socket.destroy()
    if (reply === "hang") return
    const bytes =
      "raw" in reply ? reply.raw : encodeResponse(api, header.apiVersion, header.correlationId, reply.body as ResponseInput<Api>)
    socket.write(bytes)
  }

  return {
    host: "127.0.0.1",
    port,
    address: `127.0.0.1:${port}`,
    requests,
    on(api, respond) {
      handlers.set(api.key, (request) => {
        const body = decodeRequest(api, request.apiVersion, request.frame, request.bodyOffset)
        const reply = respond(body, request)
        if (reply === undefined || reply === "hang" || reply === "close") return reply as Reply | undefined
        return "raw" in (reply as object) || "body" in (reply as object) ? (reply as Reply) : { body: reply }
      })
    },
    dropConnections() {
      for (const socket of sockets) socket.destroy()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A frame of the given payload. */
export function frameOf(payload: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(4 + payload.length)
  frame.writeInt32BE(payload.length)
  frame.set(payload, 4)
  return frame
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port))
  })
}

function builtIn(request: ScriptedRequest, options: ScriptedOptions & { port: number }): Reply {
  const self = { nodeId: 1, host: "127.0.0.1", port: options.port }
  const { api, apiVersion, frame, bodyOffset } = request
  switch (api.key) {
    case ApiVersions.key: {
      const rangeOf = (one: Api) => options.ranges?.get(one.key) ?? one.versions
      const apiKeys = apis.map((one) => ({ apiKey: one.key, minVersion: rangeOf(one)[0], maxVersion: rangeOf(one)[1] }))
      const finalizedFeatures = Object.entries(options.features ?? {}).map(([name, level]) => ({
        name,
        maxVersionLevel: level,
        minVersionLevel: level,
      }))
      return { body: { errorCode: 0, apiKeys, throttleTimeMs: 0, finalizedFeatures } }
    }
    case Metadata.key: {
      const { topics } = decodeRequest(Metadata, apiVersion, frame, bodyOffset)
      const names = topics === null ? Object.keys(options.topics ?? {}) : topics.map(({ name }) => name ?? "")
      return { body: { brokers: [self], clusterId: "scripted", controllerId: 1, topics: names.map((name) => topicOf(name, options)) } }
    }
    case FindCoordinator.key: {
      const { key, coordinatorKeys } = decodeRequest(FindCoordinator, apiVersion, frame, bodyOffset)
      const coordinators = coordinatorKeys.map((one) => ({ key: one, ...self, errorCode: 0, errorMessage: null }))
      return { body: apiVersion >= 4 ? { coordinators } : { ...self, key, errorCode: 0, coordinators } }
    }
    case InitProducerId.key:
      return { body: { errorCode: 0, producerId: 1_000 + request.connection, producerEpoch: 0 } }
    default:
      return "close"
  }
}

function topicOf(name: string, { topics = {} }: ScriptedOptions) {
  const count = topics[name]
  const partitions = Array.from({ length: count ?? 0 }, (_, partitionIndex) => ({
    errorCode: 0,
    partitionIndex,
    leaderId: 1,
    leaderEpoch: 0,
    replicaNodes: [1],
    isrNodes: [1],
    offlineReplicas: [],
  }))
  return { errorCode: count === undefined ? 3 : 0, name, topicId: zeroUuid, isInternal: false, partitions }
}
