// What `npm start`, `npm test`, `npm run dev` and `npm run build` run first. Plain JavaScript for any Node >= 20 without dependencies:
// it installs the locked dependencies (Node 24 among them), builds the console when its sources changed, then starts the real command
// under Node 24. Stamps lie in node_modules/.rivven, so that a second start does only what is needed.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamps = join(root, "node_modules", ".rivven")
const consoleDir = join(root, "apps", "console")
/** What a rebuilt console or command depends on. */
const consoleInputs = ["apps/console", "packages/api/src", "packages/resources/src", "package-lock.json"]
const commandInputs = ["apps/rivven", "packages", "scripts/bundle.ts", "package-lock.json"]
const command = join(root, "apps", "rivven", "dist", "main.mjs")
const ignored = new Set(["node_modules", ".next", "out", "dist", "next-env.d.ts"])

function fail(message) {
  process.stderr.write(`rivven: ${message}\n`)
  process.exit(1)
}

function* filesBelow(path) {
  if (!existsSync(path)) return
  if (statSync(path).isFile()) {
    yield path
    return
  }
  for (const name of readdirSync(path).sort()) if (!ignored.has(name)) yield* filesBelow(join(path, name))
}

function hashOf(paths) {
  const hash = createHash("sha256")
  for (const path of paths) {
    for (const file of filesBelow(join(root, path))) {
      hash.update(file.slice(root.length))
      hash.update("\0")
      hash.update(readFileSync(file))
    }
  }
  return hash.digest("hex")
}

function isFresh(name, hash) {
  const stamp = join(stamps, name)
  return existsSync(stamp) && readFileSync(stamp, "utf8") === hash
}

function writeStamp(name, hash) {
  mkdirSync(stamps, { recursive: true })
  writeFileSync(join(stamps, name), hash)
}

/** A step of the set-up is quiet unless it fails; then everything it printed is shown. */
function run(command, args, options) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    maxBuffer: 67_108_864,
    ...options,
  })
  if (result.error) fail(`cannot run ${command}: ${result.error.message}`)
  if (result.status === 0) return
  process.stderr.write(result.stdout + result.stderr)
  fail(`${command} ${args.join(" ")} failed with ${result.signal ?? `exit code ${result.status}`}`)
}

function install() {
  const hash = hashOf(["package-lock.json", "package.json"])
  if (isFresh("install", hash)) return
  process.stderr.write("rivven: installing dependencies (npm ci --ignore-scripts)\n")
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
  writeStamp("install", hash)
}

/** Node 24 from the npm package for this platform; elsewhere the Node that runs this script, if it is new enough. */
function node24() {
  const packaged = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node")
  if (existsSync(packaged)) return packaged
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath
  return fail(`no packaged Node for ${process.platform}-${process.arch}: install Node 24 or newer, this one is ${process.version}`)
}

function environment(node) {
  return {
    ...process.env,
    PATH: [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
    NEXT_TELEMETRY_DISABLED: "1",
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(stamps, "compile-cache"),
    UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? "16",
  }
}

function buildConsole(node) {
  const hash = hashOf(consoleInputs)
  if (isFresh("console", hash) && existsSync(join(consoleDir, "out", "index.html"))) return
  process.stderr.write("rivven: building the console\n")
  run(node, [join(consoleDir, "scripts", "build.ts")], { env: environment(node) })
  writeStamp("console", hash)
}

function bundleCommand(node) {
  const hash = hashOf(commandInputs)
  if (isFresh("command", hash) && existsSync(command)) return
  run(node, [join(root, "scripts", "bundle.ts")], { env: environment(node) })
  writeStamp("command", hash)
}

/** Runs the command in the foreground. Ctrl-C reaches it through the terminal's process group; other signals are passed on. */
function foreground(node, args) {
  const child = spawn(node, args, { cwd: process.env.INIT_CWD ?? root, stdio: "inherit", env: environment(node) })
  process.on("SIGINT", () => {})
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  child.on("error", (error) => fail(`cannot start ${node}: ${error.message}`))
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}

const [task = "start", ...rest] = process.argv.slice(2)
install()
const node = node24()
if (task !== "dev") {
  buildConsole(node)
  bundleCommand(node)
}
if (task === "start") foreground(node, ["--enable-source-maps", command, "up", ...rest])
else if (task === "test") foreground(node, [join(root, "scripts", "test.ts"), ...rest])
else if (task === "dev") foreground(node, [join(root, "scripts", "dev.ts"), ...rest])
else if (task !== "build") fail(`unknown task ${JSON.stringify(task)}: expected start, test, dev or build`)
