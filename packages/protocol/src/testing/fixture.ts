/** Fixtures are JSON lines, so that a diff shows which exchange changed. */
import { readFileSync } from "node:fs"

export function readLines<T>(name: string): T[] {
  const text = readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8")
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T)
}

export function fromHex(hex: string): Buffer {
  return Buffer.from(hex, "hex")
}
