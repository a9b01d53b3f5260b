// Every path, npm script and `rivven` command that the hand-written documents name exists. Documents: README, ARCHITECTURE, CONTRIBUTING,
// AGENTS, SECURITY, docs/decisions and every DESIGN.md. A path is what stands in backticks, has a slash and starts with a folder of the root.
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

const root = dirname(import.meta.dirname)
const documents = globSync("{README,ARCHITECTURE,CONTRIBUTING,AGENTS,SECURITY}.md", { cwd: root })
  .concat(globSync("docs/decisions/*.md", { cwd: root }))
  .concat(globSync("{packages,apps}/*/src/**/DESIGN.md", { cwd: root }))
const rootEntries = new Set(readdirSync(root))
const scripts = new Set(Object.keys(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts))
const commands = new Set(globSync("apps/rivven/src/commands/*.ts", { cwd: root }).map((file) => file.replace(/^.*\/(.*)\.ts$/, "$1")))
const builtIn = new Set(["start", "test", "ci", "install", "exec"])

const problems = documents.flatMap((file) =>
  readFileSync(join(root, file), "utf8")
    .split("\n")
    .flatMap((line, at) => problemsOf(line).map((what) => `${file}:${at + 1} ${what}`)),
)
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.stdout.write(`docs: ${documents.length} documents, ${problems.length} problems\n`)
process.exitCode = problems.length === 0 ? 0 : 1

function problemsOf(line: string): string[] {
  const named = [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "")
  return [...named.flatMap(pathProblem), ...named.flatMap(scriptProblem), ...named.flatMap(commandProblem)]
}

/** `<name>`, `NN` and `*` stand for any name. */
function pathProblem(text: string): string[] {
  if (!/^[\w.@/*<>{},-]+$/.test(text) || !text.includes("/") || !rootEntries.has(text.split("/")[0] ?? "")) return []
  const pattern = text
    .replace(/<[^>]+>/g, "*")
    .replace(/\bNN\b/g, "*")
    .replace(/\/$/, "")
  const exists = /[*{]/.test(pattern) ? globSync(pattern, { cwd: root }).length > 0 : existsSync(join(root, pattern))
  return exists ? [] : [`names the path ${text}, which does not exist`]
}

function scriptProblem(text: string): string[] {
  const name = /^npm (?:run )?([\w:-]+)/.exec(text)?.[1]
  return name && !scripts.has(name) && !builtIn.has(name) ? [`names the script ${name}, which package.json does not have`] : []
}

function commandProblem(text: string): string[] {
  const name = /^rivven ([a-z]+)\b/.exec(text)?.[1]
  return name && commands.size > 0 && !commands.has(name) ? [`names the command rivven ${name}, which does not exist`] : []
}
