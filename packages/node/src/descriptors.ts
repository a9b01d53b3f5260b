import { readFileSync } from "node:fs"

/** How many files and sockets this process may have open; undefined where the system does not tell (other than Linux). */
export function descriptorLimit(file = "/proc/self/limits"): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync(file, "utf8"))?.[1]
    return soft === undefined ? undefined : Number(soft)
  } catch {
    // Not Linux: the limit stays unknown and is not enforced.
    return undefined
  }
}
