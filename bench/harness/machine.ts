// What the numbers were taken on, and how busy it was: every result line carries it.
import { execFileSync } from "node:child_process"
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from "node:fs"
import { cpus, loadavg, release, totalmem } from "node:os"
import { join } from "node:path"
import { median } from "./statistics.ts"

export interface Machine {
  cpu: string
  cores: number
  memBytes: number
  kernel: string
  fs: string
  fdatasyncP50Us: number
  node: string
  java: string
  load1: number
}

export interface Calibration {
  /** Iterations of a fixed integer loop in 200 ms. */
  loop: number
  /** Median of 64 writes of 64 KiB with fdatasync, in µs. */
  fdatasyncP50Us: number
}

export function calibrate(dir: string): Calibration {
  return { loop: integerLoop(), fdatasyncP50Us: fdatasyncMedian(dir) }
}

/** How far two moments of the machine differ: the larger of the two relative differences. */
export function drift(a: Calibration, b: Calibration): number {
  const relative = (x: number, y: number) => Math.abs(x - y) / Math.max(x, y)
  return relative(a.loop, b.loop)
}

export function describeMachine(dir: string, calibration: Calibration): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memBytes: totalmem(),
    kernel: release(),
    fs: fileSystem(dir),
    fdatasyncP50Us: Math.round(calibration.fdatasyncP50Us),
    node: process.version,
    java: javaVersion(),
    load1: loadavg()[0] ?? 0,
  }
}

function integerLoop(): number {
  const end = performance.now() + 200
  let rounds = 0
  for (let x = 1; performance.now() < end; rounds++) for (let i = 0; i < 10_000; i++) x = (x * 1664525 + 1013904223) | 0
  return rounds * 10_000
}

function fdatasyncMedian(dir: string): number {
  const path = join(dir, "calibration")
  const file = openSync(path, "w")
  const block = Buffer.alloc(65_536, 1)
  const times = Array.from({ length: 64 }, (_, index) => {
    const start = performance.now()
    writeSync(file, block, 0, block.length, index * block.length)
    fdatasyncSync(file)
    return (performance.now() - start) * 1000
  })
  closeSync(file)
  rmSync(path)
  return median(times)
}

function fileSystem(dir: string): string {
  const types: Record<string, string> = {
    "61267": "ext4",
    "1481003842": "xfs",
    "2435016766": "btrfs",
    "16914836": "tmpfs",
    "2035054128": "overlay",
  }
  const type = statfsSync(dir).type
  const options = mountOptions(dir)
  return `${types[String(type)] ?? `0x${type.toString(16)}`}${options}`
}

function mountOptions(dir: string): string {
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
  const mount = mounts
    .filter(([, at = "?"]) => dir === at || dir.startsWith(at === "/" ? "/" : `${at}/`))
    .sort((a, b) => (b[1]?.length ?? 0) - (a[1]?.length ?? 0))[0]
  return mount ? ` (${mount[3]})` : ""
}

function javaVersion(): string {
  try {
    return execFileSync("java", ["--version"], { encoding: "utf8" }).split("\n")[0] ?? "unknown"
  } catch {
    return "absent"
  }
}
