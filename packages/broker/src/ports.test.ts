/** Everything that is not a function of its arguments comes through a port; the bindings are these files and no others. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"

const bindings = ["storage/node-disk.ts", "storage/node-lock.ts", "storage/node-time.ts", "net/node-net.ts", "net/node-tls.ts"]
const forbidden: readonly [what: string, pattern: RegExp][] = [
  ["node:fs", /from "node:fs/],
  ["node:net or node:tls", /from "node:(net|tls|dgram)/],
  ["node:crypto randomness", /\b(randomBytes|randomUUID|getRandomValues|randomInt)\b/],
  ["node:timers", /from "node:timers/],
  ["the wall clock", /\bDate\.now\b|\bnew Date\(\)/],
  ["performance", /\bperformance\.now\b|\bhrtime\b/],
  ["Math.random", /\bMath\.random\b/],
  ["a timer", /\b(setTimeout|setInterval|setImmediate)\b/],
]

test("only the bindings touch files, sockets, timers, clocks and randomness", () => {
  const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !/\.(it\.test|test|contract)\.ts$|(^|\/)testing\//.test(file) && !bindings.includes(file),
  )
  expect(sources.length).toBeGreaterThan(50)
  const found = sources.flatMap((file) =>
    readFileSync(join(import.meta.dirname, file), "utf8")
      .split("\n")
      .flatMap((line, index) => forbidden.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${file}:${index + 1} uses ${what}`)),
  )
  expect(found).toEqual([])
})
