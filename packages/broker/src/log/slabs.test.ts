import { expect, test } from "vitest"
import { SlabPool } from "./slabs.ts"

test("hands out the same memory again once it was given back", () => {
  const pool = new SlabPool()
  const first = pool.take(100_000)
  const memory = first.bytes.buffer
  expect(first.bytes.length).toBe(100_000)
  first.release()
  expect(pool.take(120_000).bytes.buffer).toBe(memory)
})

test("never hands memory out twice, even if it is given back twice", () => {
  const pool = new SlabPool()
  const first = pool.take(100)
  first.release()
  first.release()
  expect(pool.take(100).bytes.buffer).not.toBe(pool.take(100).bytes.buffer)
})

test("holds no more than its bound", () => {
  const pool = new SlabPool(65_536)
  const slabs = Array.from({ length: 4 }, () => pool.take(65_536))
  const buffers = new Set(slabs.map((slab) => slab.bytes.buffer))
  for (const slab of slabs) slab.release()
  const again = Array.from({ length: 4 }, () => pool.take(65_536))
  expect(again.filter((slab) => buffers.has(slab.bytes.buffer))).toHaveLength(1)
})

test("serves sizes beyond its largest class from fresh memory", () => {
  expect(new SlabPool().take(20_000_000).bytes.length).toBe(20_000_000)
})
