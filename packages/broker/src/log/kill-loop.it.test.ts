/** D1: SIGKILL after 20 to 800 ms, again and again, under twelve clients that talk over the wire. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { commitSeed, count } from "@rivven/protocol/testing"
import { expect, test } from "vitest"
import { BrokerProcess } from "../testing/loop/broker-process.ts"
import { runFaultLoop } from "../testing/loop/fault-loop.ts"

const cycles = count({ ci: 20, campaign: 10_000 })

test(`D1: loses, doubles and changes nothing over ${cycles} kills`, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "rivven-kill-"))
  const broker = new BrokerProcess(dataDir)
  const seed = commitSeed()
  try {
    const fault = async (): Promise<void> => {
      const { signal } = await broker.end("SIGKILL")
      expect(signal).toBe("SIGKILL")
    }
    const outcome = await runFaultLoop({ broker, dataDir, seed, cycles, faultName: "kill", fault })
    expect(outcome.anomalies, `seed ${seed}\n${broker.tail()}`).toEqual([])
    expect(outcome.acknowledged).toBeGreaterThan(cycles * 10)
    expect(outcome.polled).toBeGreaterThan(cycles)
    expect(outcome.committed).toBeGreaterThan(cycles)
  } finally {
    await broker.end("SIGKILL")
    rmSync(dataDir, { recursive: true, force: true })
  }
})
