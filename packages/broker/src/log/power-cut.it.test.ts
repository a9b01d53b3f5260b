/** D2: the file system under the broker loses everything that was not synced, again and again, under eight clients. */
import { expect, test } from "vitest"
import { BrokerProcess } from "../testing/loop/broker-process.ts"
import { runFaultLoop } from "../testing/loop/fault-loop.ts"
import { type FileSystem, LoopMount, whyNoLoopMount } from "../testing/loop/loop-mount.ts"

const cycles = 10

for (const fileSystem of ["ext4", "xfs"] as const satisfies FileSystem[]) {
  const obstacle = whyNoLoopMount(fileSystem)
  const name = `D2: loses, doubles and changes nothing over ${cycles} power cuts on ${fileSystem}${obstacle === null ? "" : ` (${obstacle})`}`
  test.skipIf(obstacle !== null)(name, async () => {
    const mount = new LoopMount(fileSystem)
    const broker = new BrokerProcess(mount.dataDir)
    const seed = Date.now() % 1_000_000
    try {
      const fault = (): Promise<void> =>
        mount.cutPower(async () => {
          const { signal, code } = await broker.end("SIGKILL")
          expect(signal ?? code, "the broker was alive when the power went").toBe("SIGKILL")
        })
      const outcome = await runFaultLoop({ broker, dataDir: mount.dataDir, seed, cycles, faultName: "power", fault })
      expect(outcome.anomalies, `seed ${seed}\n${broker.tail()}`).toEqual([])
      expect(outcome.acknowledged).toBeGreaterThan(cycles * 10)
      expect(outcome.polled).toBeGreaterThan(cycles)
    } finally {
      await broker.end("SIGKILL")
      mount.remove()
    }
  })
}
