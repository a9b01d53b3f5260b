import { expect, test } from "vitest"
import { WrittenStatuses } from "./written.ts"

const object = (resourceVersion: string, status: string, uid = "u") => ({
  apiVersion: "v1",
  kind: "X",
  metadata: { name: "a", namespace: "n", uid, resourceVersion },
  status,
})

test("a status that was written wins over an older one in the cache", () => {
  const written = new WrittenStatuses<ReturnType<typeof object>>()
  written.remember(object("10", "new"))
  expect(written.newest(object("9", "old")).status).toBe("new")
  expect(written.newest(object("11", "newer")).status).toBe("newer")
})

test("it is forgotten once the cache has seen it, and never given to another object of the name", () => {
  const written = new WrittenStatuses<ReturnType<typeof object>>()
  written.remember(object("10", "new"))
  expect(written.newest(object("3", "other", "v")).status).toBe("other")
  written.seen("n/a", object("9", "old"))
  expect(written.newest(object("9", "old")).status).toBe("new")
  written.seen("n/a", object("10", "new"))
  expect(written.newest(object("9", "old")).status).toBe("old")
})
