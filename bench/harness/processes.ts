// CPU time and memory of a process and all its descendants, read from /proc. CPU per operation is the main number of every claim: it moves
// far less than wall time on a machine with neighbours.
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }))

interface ProcessStat {
  pid: number
  parent: number
  cpuTicks: number
}

function stats(): ProcessStat[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, "utf8")
        const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
        return [{ pid: Number(name), parent: Number(fields[1]), cpuTicks: Number(fields[11]) + Number(fields[12]) }]
      } catch {
        return [] // the process ended between the listing and the read
      }
    })
}

function tree(root: number): ProcessStat[] {
  const all = stats()
  const found = new Set([root])
  for (let grown = true; grown; ) {
    const before = found.size
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid)
    grown = found.size > before
  }
  return all.filter(({ pid }) => found.has(pid))
}

/** User and system time of the tree since it began, in seconds. */
export function cpuSeconds(root: number): number {
  return tree(root).reduce((sum, { cpuTicks }) => sum + cpuTicks, 0) / ticksPerSecond
}

/** Resident memory of the tree now, in bytes. */
export function residentBytes(root: number): number {
  return tree(root).reduce((sum, { pid }) => sum + statusBytes(pid, "VmRSS"), 0)
}

/** Sum of each process's highest resident memory, in bytes. */
export function peakResidentBytes(root: number): number {
  return tree(root).reduce((sum, { pid }) => sum + statusBytes(pid, "VmHWM"), 0)
}

function statusBytes(pid: number, field: string): number {
  try {
    const line = readFileSync(`/proc/${pid}/status`, "utf8")
      .split("\n")
      .find((text) => text.startsWith(`${field}:`))
    return Number(line?.match(/\d+/)?.[0] ?? 0) * 1024
  } catch {
    return 0 // ended meanwhile
  }
}
