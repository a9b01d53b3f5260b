import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { nodeDisk } from "./node-disk.ts"
import { storageContract } from "./storage.contract.ts"

const tempDir = (): string => mkdtempSync(join(tmpdir(), "rivven-disk-"))

storageContract("node disk", async () => {
  const dir = tempDir()
  return { disk: nodeDisk(join(dir, "deep", "er")), run: (work) => work, end: async () => rmSync(dir, { recursive: true }) }
})

const run = promisify(execFile)

/** A process that takes the lock, says so, and waits to be told. */
function lockInChild(dir: string, after: string): Promise<{ stdout: string }> {
  const module = join(import.meta.dirname, "node-lock.ts")
  const script = `const { nodeLock } = await import(${JSON.stringify(module)}); const lock = await nodeLock(${JSON.stringify(join(dir, "lock.db"))}); console.log(JSON.stringify({ held: lock.held, pid: lock.pid ?? process.pid })); ${after}`
  return run(process.execPath, ["--input-type=module", "-e", script])
}

test("refuses a second process and says who holds the lock", async () => {
  const dir = tempDir()
  const lock = await nodeDisk(dir).lock("lock.db")
  const { stdout } = await lockInChild(dir, "")
  expect(JSON.parse(stdout)).toEqual({ held: false, pid: process.pid })
  if (lock.held) await lock.release()
  expect(JSON.parse((await lockInChild(dir, "")).stdout)).toMatchObject({ held: true })
  rmSync(dir, { recursive: true })
})

test("is free again after SIGKILL of the holder", async () => {
  const dir = tempDir()
  await expect(lockInChild(dir, "process.kill(process.pid, 'SIGKILL')")).rejects.toMatchObject({ signal: "SIGKILL" })
  const lock = await nodeDisk(dir).lock("lock.db")
  expect(lock.held).toBe(true)
  if (lock.held) await lock.release()
  rmSync(dir, { recursive: true })
})
