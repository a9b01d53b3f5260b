import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { KubeClient } from "../client.ts"
import { topic } from "../contract/api-under-test.ts"
import { attempt } from "../errors.ts"
import type { AnyObject } from "../object.ts"
import { resourceTypes } from "../resource-types.ts"
import { seeded } from "../testing/memory-disk.ts"

type Topic = AnyObject & { spec: { partitions: number } }
type Running = { child: ChildProcess; client: KubeClient; kill(): Promise<void> }

const type = resourceTypes.rivvenTopics
const cycles = 6
const running = new Set<Running>()

afterEach(async () => {
  for (const each of running) await each.kill()
})

async function serve(dir: string): Promise<Running> {
  const script = join(import.meta.dirname, "..", "testing", "serve.ts")
  const child = spawn(process.execPath, [script, dir], { stdio: ["ignore", "pipe", "inherit"] })
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (chunk) => resolve(String(chunk)))
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)))
  })
  const { server, caPem, token } = JSON.parse(line)
  const client = new KubeClient({ server, ca: caPem, token })
  const ended = new Promise((resolve) => child.once("exit", resolve))
  const self: Running = {
    child,
    client,
    kill: async () => {
      running.delete(self)
      child.kill("SIGKILL")
      await ended
      await client.close()
    },
  }
  running.add(self)
  return self
}

describe("kill -9", () => {
  it("loses nothing that was acknowledged, and leaves nothing that keeps the next start away", async () => {
    const dir = await mkdtemp(join(tmpdir(), "rivven-kill-"))
    const chance = seeded(11)
    const acknowledged = new Map<string, number>()
    const sent = new Map<string, number>()
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const server = await serve(dir)
      const { items } = await server.client.listAll<Topic>(type)
      const found = new Map(items.map((item) => [item.metadata.name, item.spec.partitions]))
      for (const [name, value] of acknowledged) {
        expect(found.get(name), `${name} after cycle ${cycle}`).toBeGreaterThanOrEqual(value)
        expect(found.get(name)).toBeLessThanOrEqual(sent.get(name) ?? 0)
      }
      await writeUntilKilled(server, { acknowledged, sent, writes: 20 + Math.floor(chance() * 200) })
    }
    const last = await serve(dir)
    await last.client.apply(topic("final", {}, { namespace: "default" }), { manager: "test" })
    const { items } = await last.client.listAll<Topic>(type)
    for (const { metadata, spec } of items.slice(0, 5)) {
      const file = join(dir, "rivven.io", "rivventopics", "default", `${metadata.name}.yaml`)
      await expect
        .poll(() => readFile(file, "utf8"), { timeout: 20_000 })
        .toContain(spec.partitions ? `partitions: ${spec.partitions}\n` : "name: final")
    }
    await last.kill()
    await rm(dir, { recursive: true })
  })
})

type Load = { acknowledged: Map<string, number>; sent: Map<string, number>; writes: number }

/** Writers that each raise the partitions of their own topic, until so many writes were acknowledged; then the server is killed. */
async function writeUntilKilled(server: Running, { acknowledged, sent, writes }: Load): Promise<void> {
  let left = writes
  const enough = Promise.withResolvers<void>()
  const writer = async (name: string): Promise<void> => {
    while (running.has(server)) {
      const partitions = (sent.get(name) ?? 0) + 1
      sent.set(name, partitions)
      const result = await attempt(() => server.client.apply(topic(name, { partitions }, { namespace: "default" }), { manager: "test" }))
      if (!result.ok) return
      acknowledged.set(name, partitions)
      left -= 1
      if (left === 0) enough.resolve()
    }
  }
  const writers = Array.from({ length: 12 }, (_, i) => writer(`topic-${i}`))
  await enough.promise
  await server.kill()
  await Promise.all(writers)
}
