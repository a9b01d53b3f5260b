/** The real broker in a process of its own, so that it can be killed. The port changes with every start unless it is fixed; clients ask for it. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

const script = join(import.meta.dirname, "..", "run.ts")
const startLimitMs = 60_000

export class BrokerProcess {
  private readonly dataDir: string
  private readonly settings: readonly string[]
  private child: ChildProcess | null = null
  /** Of the process that is up; 0 while none is. */
  port = 0
  incarnation = 0
  /** What the processes wrote, newest last, for failures. */
  readonly output: string[] = []

  private readonly fixedPort: number

  /** Without a fixed port every start gets another one; clients of other people want one that stays. */
  constructor(dataDir: string, { settings = [], port = 0 }: { settings?: readonly string[]; port?: number } = {}) {
    this.dataDir = dataDir
    this.settings = settings
    this.fixedPort = port
  }

  get pid(): number | undefined {
    return this.child?.pid
  }

  /** Resolves when the broker listens. */
  async start(): Promise<void> {
    this.incarnation++
    const child = spawn(process.execPath, [script, this.dataDir, String(this.fixedPort), ...this.settings], {
      stdio: ["ignore", "pipe", "pipe"],
    })
    this.child = child
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.keep(text))
    this.port = await new Promise<number>((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`no broker after ${startLimitMs} ms\n${this.tail()}`)), startLimitMs)
      let line = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        line += text
        if (!line.includes("\n")) return
        clearTimeout(timer)
        done((JSON.parse(line) as { address: { port: number } }).address.port)
      })
      child.once("exit", (code, signal) => {
        clearTimeout(timer)
        fail(new Error(`the broker ended with ${code ?? signal} before it listened\n${this.tail()}`))
      })
    })
  }

  /** Ends the process and waits for it; answers how it went. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const { child } = this
    this.port = 0
    this.child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return { code: child?.exitCode ?? null, signal: null }
    const exited = once(child, "exit")
    child.kill(signal)
    const [code, by] = (await exited) as [number | null, NodeJS.Signals | null]
    return { code, signal: by }
  }

  tail(): string {
    return this.output.slice(-40).join("")
  }

  private keep(text: string): void {
    this.output.push(text)
    if (this.output.length > 400) this.output.splice(0, 200)
  }
}
