// The other end of `broker-child.ts`.
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface, type Interface } from "node:readline"
import type { TestBrokerOptions } from "../in-process.ts"

export interface Usage {
  readonly rss: number
  readonly metrics: string
  readonly errors: readonly string[]
}

export class BrokerUnderFlood implements AsyncDisposable {
  readonly ports: Readonly<Record<string, number>>
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, ports: Readonly<Record<string, number>>) {
    this.#child = child
    this.#lines = lines
    this.ports = ports
  }

  static async start(options: TestBrokerOptions): Promise<BrokerUnderFlood> {
    const script = join(import.meta.dirname, "broker-child.ts")
    const child = spawn(process.execPath, ["--expose-gc", script, JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] })
    const reader: Interface = createInterface({ input: child.stdout })
    const lines = reader[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done) throw new Error("the broker did not start")
    return new BrokerUnderFlood(child, lines, JSON.parse(first.value))
  }

  get port(): number {
    return Object.values(this.ports)[0] ?? 0
  }

  async usage(): Promise<Usage> {
    this.#child.stdin?.write("\n")
    return JSON.parse(String((await this.#lines.next()).value))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit")
    this.#child.stdin?.end()
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 15_000)
    await ended
    clearTimeout(timer)
  }
}
