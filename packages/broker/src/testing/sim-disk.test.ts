import { describe, expect, test } from "vitest"
import { storageContract } from "../storage/storage.contract.ts"
import { SimDisk } from "./sim-disk.ts"
import { simRandom } from "./sim-random.ts"
import { SimScheduler } from "./sim-scheduler.ts"

function simDisk(seed = 1): { disk: SimDisk; run: <T>(work: Promise<T>) => Promise<T> } {
  const scheduler = new SimScheduler()
  const disk = new SimDisk({ scheduler, random: simRandom(seed) })
  return { disk, run: (work) => scheduler.until(work) }
}

storageContract("simulated disk", async () => {
  const { disk, run } = simDisk()
  return { disk: disk.mount(), run, end: async () => {} }
})

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function textOf({ disk, run }: ReturnType<typeof simDisk>, path: string): Promise<string | null> {
  const mounted = disk.mount()
  return run(
    (async () => {
      const file = await mounted.open(path, "read").catch(() => null)
      if (file === null) return null
      const into = new Uint8Array(file.size())
      await file.read(into, 0)
      return new TextDecoder().decode(into)
    })(),
  )
}

describe("a power cut", () => {
  test("keeps what was synced and drops what was not", async () => {
    const sim = simDisk()
    const mounted = sim.disk.mount()
    await sim.run(
      (async () => {
        const file = await mounted.open("a", "create")
        file.write([bytes("synced")], 0)
        await file.datasync()
        await mounted.syncDir("")
        file.write([bytes(" lost")], 6)
      })(),
    )
    sim.disk.powerCut("none")
    expect(await textOf(sim, "a")).toBe("synced")
  })

  test("loses a synced file whose directory was not synced", async () => {
    const sim = simDisk()
    const mounted = sim.disk.mount()
    await sim.run(
      (async () => {
        const file = await mounted.open("a", "create")
        file.write([bytes("synced")], 0)
        await file.datasync()
      })(),
    )
    sim.disk.powerCut("none")
    expect(await textOf(sim, "a")).toBeNull()
  })

  test("can leave a hole of zeros before later data", async () => {
    const texts = new Set<string | null>()
    for (let seed = 1; seed < 200; seed++) {
      const sim = simDisk(seed)
      const mounted = sim.disk.mount()
      await sim.run(
        (async () => {
          const file = await mounted.open("a", "create")
          await mounted.syncDir("")
          for (let at = 0; at < 3; at++) file.write([bytes("x".repeat(512))], at * 512)
        })(),
      )
      sim.disk.powerCut("random")
      texts.add((await textOf(sim, "a"))?.replaceAll(/x+/g, "x").replaceAll(/\0+/g, "0") ?? null)
    }
    expect(texts).toContain("0x")
    expect(texts).toContain("x0x")
    expect(texts.size).toBeGreaterThan(4)
  })

  test("does or does not keep a rename, and never loses both names", async () => {
    const seen = new Set<string>()
    for (let seed = 1; seed < 60; seed++) {
      const sim = simDisk(seed)
      const mounted = sim.disk.mount()
      await sim.run(
        (async () => {
          await mounted.makeDir("d")
          const file = await mounted.open("a", "create")
          file.write([bytes("1")], 0)
          await file.datasync()
          await mounted.syncDir("")
          await mounted.rename("a", "d/a")
        })(),
      )
      sim.disk.powerCut("random")
      const [before, after] = [await textOf(sim, "a"), await textOf(sim, "d/a")]
      expect([before, after].filter((text) => text === "1")).toHaveLength(1)
      seen.add(before === null ? "after" : "before")
    }
    expect(seen).toEqual(new Set(["before", "after"]))
  })
})

test("a failed sync leaves bytes that readers see and the disk may not have", async () => {
  let lost = 0
  for (let seed = 1; seed < 40; seed++) {
    const sim = simDisk(seed)
    const mounted = sim.disk.mount()
    await sim.run(
      (async () => {
        const file = await mounted.open("a", "create")
        await mounted.syncDir("")
        file.write([bytes("page")], 0)
        sim.disk.errorRate = { datasync: 1 }
        await expect(file.datasync()).rejects.toMatchObject({ code: "EIO" })
        sim.disk.errorRate = {}
        await file.datasync()
      })(),
    )
    expect(await textOf(sim, "a")).toBe("page")
    sim.disk.powerCut("none")
    if ((await textOf(sim, "a")) === "") lost++
  }
  expect(lost).toBeGreaterThan(5)
})

test("a kill keeps the page cache, and calls in flight have happened or not", async () => {
  const seen = new Set<string>()
  for (let seed = 1; seed < 40; seed++) {
    const sim = simDisk(seed)
    const mounted = sim.disk.mount()
    await sim.run(
      (async () => {
        const file = await mounted.open("a", "create")
        file.write([bytes("written")], 0)
      })(),
    )
    void mounted.rename("a", "b")
    sim.disk.kill()
    const [a, b] = [await textOf(sim, "a"), await textOf(sim, "b")]
    expect(a ?? b).toBe("written")
    seen.add(a === null ? "renamed" : "not yet")
  }
  expect(seen.size).toBe(2)
})

test("a full disk first takes a part, then refuses", async () => {
  const sim = simDisk()
  sim.disk.capacityBytes = 10
  const mounted = sim.disk.mount()
  await sim.run(
    (async () => {
      const file = await mounted.open("a", "create")
      expect(file.write([bytes("0123456"), bytes("789abc")], 0)).toBe(10)
      expect(() => file.write([bytes("x")], 10)).toThrow(/ENOSPC/)
      expect(file.write([bytes("over")], 0)).toBe(4)
      expect(await mounted.free()).toBe(0)
    })(),
  )
})
