// A real kube-apiserver over etcd on loopback ports, without controllers: the other side of the contract suite. It trusts one token.
import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { generate } from "selfsigned"
import { Agent } from "undici"
import { obtainKubeApiServer } from "./build.ts"

export type RealApi = {
  server: string
  ca: string
  token: string
  [Symbol.asyncDispose](): Promise<void>
}

const readyMs = 60_000

export async function startKubeApiServer(): Promise<RealApi> {
  await using started = new AsyncDisposableStack()
  const binaries = await obtainKubeApiServer()
  const dir = await mkdtemp(join(tmpdir(), "rivven-apiserver-"))
  started.defer(() => rm(dir, { recursive: true, force: true }))
  const [etcdPort, peerPort, port] = await Promise.all([freePort(), freePort(), freePort()])
  const etcdUrl = `http://127.0.0.1:${etcdPort}`
  started.use(run(binaries.etcd, etcdArguments(join(dir, "etcd"), etcdUrl, `http://127.0.0.1:${peerPort}`)))
  await answering(`${etcdUrl}/health`, new Agent())

  const token = randomBytes(16).toString("hex")
  const ca = await writeKeys(dir, token)
  started.use(run(binaries.apiServer, apiServerArguments(dir, etcdUrl, port)))
  const agent = new Agent({ connect: { ca } })
  const server = `https://127.0.0.1:${port}`
  await answering(`${server}/readyz`, agent, token)
  await agent.close()
  const owned = started.move()
  return { server, ca, token, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function etcdArguments(dataDir: string, url: string, peerUrl: string): string[] {
  return [
    `--data-dir=${dataDir}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    "--unsafe-no-fsync",
    "--log-level=error",
  ]
}

function apiServerArguments(dir: string, etcdUrl: string, port: number): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    `--cert-dir=${dir}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--tls-cert-file=${join(dir, "tls.crt")}`,
    `--tls-private-key-file=${join(dir, "tls.key")}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    "--authorization-mode=RBAC",
    "--anonymous-auth=false",
    "--endpoint-reconciler-type=none",
    `--token-auth-file=${join(dir, "tokens.csv")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${join(dir, "sa.key")}`,
    `--service-account-signing-key-file=${join(dir, "sa.key")}`,
    "--disable-admission-plugins=ServiceAccount",
  ]
}

/** Answers the PEM that clients have to trust. */
async function writeKeys(dir: string, token: string): Promise<string> {
  const altNames = [
    { type: 2 as const, value: "localhost" },
    { type: 7 as const, ip: "127.0.0.1" },
  ]
  const tls = await generate([{ name: "commonName", value: "kube-apiserver" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames },
    ],
  })
  const accounts = await generate([{ name: "commonName", value: "service-accounts" }], { keySize: 2048, algorithm: "sha256" })
  await writeFile(join(dir, "tls.crt"), tls.cert)
  await writeFile(join(dir, "tls.key"), tls.private, { mode: 0o600 })
  await writeFile(join(dir, "sa.key"), accounts.private, { mode: 0o600 })
  await writeFile(join(dir, "tokens.csv"), `${token},admin,1,"system:masters"\n`, { mode: 0o600 })
  return await readFile(join(dir, "tls.crt"), "utf8")
}

function run(binary: string, args: readonly string[]): AsyncDisposable {
  const child: ChildProcess = spawn(binary, args, { stdio: ["ignore", "ignore", "ignore"] })
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL")
      await ended
    },
  }
}

async function answering(url: string, agent: Agent, token?: string): Promise<void> {
  const deadline = performance.now() + readyMs
  const { origin, pathname } = new URL(url)
  for (;;) {
    try {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const { statusCode, body } = await agent.request({ origin, path: pathname, method: "GET", headers })
      await body.dump()
      if (statusCode === 200) return
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    if (performance.now() > deadline) throw new Error(`${url} was not ready after ${readyMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address()
      probe.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))))
    })
  })
}
