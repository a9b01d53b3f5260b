// Fails on an import arrow that ARCHITECTURE.md does not draw, naming file, line and rule. Reads package.json files and every import.
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"

const root = dirname(import.meta.dirname)

/** Workspace packages that each package's sources may import. */
const allowed: Record<string, readonly string[]> = {
  "packages/protocol": [],
  "packages/client": ["protocol"],
  "packages/broker": ["protocol"],
  "packages/resources": [],
  "packages/kube": ["resources"],
  "packages/operator": ["resources", "kube", "client"],
  "packages/node": ["broker", "client", "protocol"],
  "packages/api": ["resources", "kube", "client"],
  "apps/console": ["api", "resources"],
  "apps/rivven": ["protocol", "client", "broker", "resources", "kube", "operator", "node", "api"],
}
const forbiddenFolders = /(^|\/)(utils?|common|shared|helpers?|misc)(\/|\.tsx?$)/
const testFile = /\.(it\.test|test|contract|spec)\.tsx?$|\/testing\/|^e2e\/|^bench\/|^scripts\//
const importLine = /(?:from|import)\s*\(?\s*["']([^"']+)["']/

const problems: string[] = []
const sources = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(ts|tsx)$/.test(entry.name))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((file) => !/(^|\/)(node_modules|\.next|out|test-results)\//.test(file))

for (const file of sources) checkFile(file)
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.stdout.write(`boundaries: ${sources.length} files, ${problems.length} problems\n`)
process.exitCode = problems.length === 0 ? 0 : 1

function checkFile(file: string): void {
  if (forbiddenFolders.test(file)) problems.push(`${file}:1 no file or folder is called utils, common, shared, helpers or misc`)
  const text = readFileSync(join(root, file), "utf8")
  if (file.includes(".gen.") && !/^\/[/*].*npm run generate/.test(text)) problems.push(`${file}:1 a .gen. file names its command in line 1`)
  text.split("\n").forEach((line, index) => {
    const target = /^\s*(\/\/|\*)/.test(line) ? undefined : importLine.exec(line)?.[1]
    const rule = target && ruleBrokenBy(file, target)
    if (rule) problems.push(`${file}:${index + 1} imports ${target}: ${rule}`)
  })
}

function ruleBrokenBy(file: string, target: string): string | undefined {
  const home = Object.keys(allowed).find((path) => file.startsWith(`${path}/`))
  if (!home) return undefined
  if (target.startsWith(".")) return leavesItsPlace({ file, target, home })
  if (target.startsWith("@rivven/")) return breaksAnArrow({ file, target, home })
  return importsARuntime({ file, target, home })
}

function leavesItsPlace({ file, target, home }: { file: string; target: string; home: string }): string | undefined {
  const to = relative(root, resolve(root, dirname(file), target))
  if (!to.startsWith(`${home}/`)) return "a relative import stays in its package"
  const feature = /^apps\/console\/src\/features\/([^/]+)\//
  const [from, other] = [feature.exec(file)?.[1], feature.exec(to)?.[1]]
  if (from && other && from !== other) return "a feature does not import another feature"
  if (/\/testing\//.test(to) && !testFile.test(file)) return "testing code is for tests"
  return undefined
}

function breaksAnArrow({ file, target, home }: { file: string; target: string; home: string }): string | undefined {
  const name = target.split("/")[1] ?? ""
  if (testFile.test(file)) return undefined
  if (target.endsWith("/testing")) return "/testing is for tests"
  if (name !== home.split("/")[1] && !allowed[home]?.includes(name))
    return `${home} may import ${allowed[home]?.join(", ") || "no package"}`
  const manifest = JSON.parse(readFileSync(join(root, home, "package.json"), "utf8"))
  if (!manifest.dependencies?.[`@rivven/${name}`]) return `missing from the dependencies of ${home}/package.json`
  const inner = /^packages\/broker\/src\/(log|storage|groups|txn|topics|security|quotas)\//
  if (target === "@rivven/protocol/messages" && inner.test(file)) return "wire types stop at handlers"
  return undefined
}

function importsARuntime({ file, target, home }: { file: string; target: string; home: string }): string | undefined {
  if (testFile.test(file)) return undefined
  if (home === "packages/protocol" && /^node:(net|tls|fs|http|worker_threads)/.test(target)) return "protocol does no I/O"
  if (home === "packages/resources" && target.startsWith("node:")) return "resources runs in a browser"
  return undefined
}
