import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createConnection } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { askControl, type ControlSocket, controlPath, serveControl } from "./control-socket.ts"

let dir: string
let socket: ControlSocket | undefined
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "rivven-control-"))
})
afterEach(async () => {
  await socket?.stop()
  socket = undefined
  rmSync(dir, { recursive: true, force: true })
})

describe("control socket", () => {
  it("answers over a socket that only its owner may open", async () => {
    const path = controlPath(dir)
    socket = await serveControl(path, async (request) => (request.ask === "who" ? { pid: 7, version: "1" } : { signInLink: "x" }))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await askControl(path, { ask: "who" })).toEqual({ pid: 7, version: "1" })
    expect(await askControl(path, { ask: "link" })).toEqual({ signInLink: "x" })
  })

  it("is undefined when nobody listens, also over a dead socket file", async () => {
    expect(await askControl(controlPath(dir), { ask: "who" })).toBeUndefined()
  })

  it("replaces the socket file of a dead process", async () => {
    writeFileSync(controlPath(dir), "")
    socket = await serveControl(controlPath(dir), async () => ({ signInLink: "new" }))
    expect(await askControl(controlPath(dir), { ask: "link" })).toEqual({ signInLink: "new" })
  })

  it("answers an error to a line that is not JSON and lives on", async () => {
    const path = controlPath(dir)
    socket = await serveControl(path, async () => ({ signInLink: "x" }))
    const raw = createConnection(path)
    raw.write("nonsense\n")
    const line = await new Promise<string>((resolve) => raw.once("data", (data) => resolve(data.toString())))
    expect(JSON.parse(line)).toHaveProperty("error")
    expect(await askControl(path, { ask: "link" })).toEqual({ signInLink: "x" })
  })

  it("moves to a short name where the data directory's path is too long for a socket", () => {
    const path = controlPath(`/${"long/".repeat(40)}`)
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100)
    expect(path).toBe(controlPath(`/${"long/".repeat(40)}`))
  })
})
