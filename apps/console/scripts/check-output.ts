// What the exported shell may not contain, and what each route loads before it can be used.
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"

/** gzip kB of script per kind of route. */
const budgets = { shell: 190_000, list: 220_000, chart: 310_000, editor: 350_000 } as const

const kinds: Record<string, keyof typeof budgets> = {
  "/": "chart",
  "/alerts": "list",
  "/groups": "list",
  "/groups/view": "chart",
  "/login": "shell",
  "/topics": "list",
  "/topics/edit": "editor",
  "/topics/view": "chart",
}

/** Text that only these libraries contain, by what is wrong with them. */
const markers = [
  { text: '"ZodString"', isForbidden: () => true, reason: "holds classic zod; client code imports zod/mini" },
  {
    text: "recharts-wrapper",
    isForbidden: (route: string) => kinds[route] !== "chart",
    reason: "loads recharts although it shows no chart",
  },
]

function routes(out: string): { route: string; scripts: string[] }[] {
  return globSync("**/*.html", { cwd: out }).map((file) => {
    const html = readFileSync(join(out, file), "utf8")
    const scripts = [...html.matchAll(/<script src="\/(_next\/[^"]+\.js)"(?! noModule)/g)].map((match) => match[1] ?? "")
    const route = `/${file.replace(/(^|\/)index\.html$|\.html$/, "")}`
    return { route, scripts: [...new Set(scripts)] }
  })
}

export function forbiddenChunks(out: string): string[] {
  const problems: string[] = []
  for (const { route, scripts } of routes(out)) {
    for (const script of scripts) {
      const code = readFileSync(join(out, script), "utf8")
      for (const { text, isForbidden, reason } of markers) {
        if (reason && code.includes(text) && isForbidden(route)) problems.push(`${route}: ${script} ${reason}`)
      }
    }
  }
  return [...new Set(problems)]
}

export function firstLoads(out: string): { route: string; gzipBytes: number; budgetBytes: number }[] {
  return routes(out)
    .filter(({ route }) => route in kinds)
    .map(({ route, scripts }) => ({
      route,
      gzipBytes: scripts.reduce((sum, script) => sum + gzipSync(readFileSync(join(out, script)), { level: 9 }).length, 0),
      budgetBytes: budgets[kinds[route] ?? "shell"],
    }))
}
