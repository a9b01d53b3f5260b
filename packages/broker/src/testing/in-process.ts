// A whole broker in this process, on a port of the machine's choice, over a disk in memory: for tests of this package and of others.
// Other people talk to it over the wire, as to any broker.
import type { Api, RequestOf } from "@rivven/protocol"
import { type RunningBroker, startBroker } from "../broker.ts"
import type { HandlerResult } from "../dispatch/define-handler.ts"
import type { Intercept } from "../dispatch/dispatcher.ts"
import type { Logger, Ports } from "../ports.ts"
import type { BrokerOptions } from "../settings.ts"
import { memoryDisk } from "./memory-disk.ts"

export interface LogLine {
  readonly level: "info" | "warn" | "error"
  readonly message: string
  readonly fields: Record<string, unknown>
}

export interface TestBroker extends AsyncDisposable {
  readonly broker: RunningBroker
  readonly host: string
  readonly port: number
  /** `127.0.0.1:port`, as clients take it. */
  readonly bootstrap: string
  readonly log: readonly LogLine[]
  /**
   * Sees every request of one API: `next()` lets the broker answer, any other value is the answer, `noResponse` gives none. The answer
   * takes the interception back.
   */
  intercept<A extends Api>(
    api: A,
    see: (request: RequestOf<A>, next: () => Promise<HandlerResult<A>>) => Promise<HandlerResult<A>>,
  ): () => void
  stop(): Promise<void>
}

export interface TestBrokerOptions extends Partial<Omit<BrokerOptions, "logger">> {
  readonly ports?: Partial<Ports>
}

/** Groups form at once unless a test says otherwise. */
const quickSettings = { "group.initial.rebalance.delay.ms": "0" }

export async function startTestBroker({ ports, settings, ...options }: TestBrokerOptions = {}): Promise<TestBroker> {
  const log: LogLine[] = []
  const intercepts = new Map<number, Intercept>()
  const broker = await startBroker(
    {
      dataDir: "/memory",
      listen: options.listeners ? undefined : { host: "127.0.0.1", port: 0 },
      logger: collecting(log),
      storage: { reserveBytes: 0, minFreeBytes: 0 },
      ...options,
      settings: { ...quickSettings, ...settings },
    },
    { disk: memoryDisk(), ...ports },
    intercepts,
  )
  const { host, port } = broker.address
  const stop = () => broker.stop()
  return {
    broker,
    host,
    port,
    bootstrap: `${host}:${port}`,
    log,
    intercept: (api, see) => {
      intercepts.set(api.key, see as unknown as Intercept)
      return () => intercepts.delete(api.key)
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

export function collecting(lines: LogLine[]): Logger {
  const write = (level: LogLine["level"]) => (fields: object, message: string) => void lines.push({ level, message, fields: { ...fields } })
  return { info: write("info"), warn: write("warn"), error: write("error") }
}
