import { expect, test } from "vitest"
import { memoryDisk } from "../testing/memory-disk.ts"
import { faultyDisk } from "./faulty-disk.ts"
import { storageContract } from "./storage.contract.ts"

storageContract("memory disk", async () => ({ disk: memoryDisk(), run: (work) => work, end: async () => {} }))
storageContract("faulty disk without faults", async () => ({
  disk: faultyDisk(memoryDisk(), () => undefined),
  run: (work) => work,
  end: async () => {},
}))

test("fails the call that the plan names and no other", async () => {
  const disk = faultyDisk(memoryDisk(), ({ operation, count }) => (operation === "datasync" && count === 2 ? { error: "EIO" } : undefined))
  const file = await disk.open("a", "create")
  await file.datasync()
  await expect(file.datasync()).rejects.toMatchObject({ code: "EIO" })
  await file.datasync()
  expect(disk.calls.map((call) => call.operation)).toEqual(["open", "datasync", "datasync", "datasync"])
})

test("takes as many bytes of a write as the plan allows", async () => {
  const disk = faultyDisk(memoryDisk(), ({ operation }) => (operation === "write" ? { short: 5 } : undefined))
  const file = await disk.open("a", "create")
  const parts = ["abc", "def"].map((part) => new TextEncoder().encode(part))
  expect(file.write(parts, 0)).toBe(5)
  expect(file.size()).toBe(5)
})
