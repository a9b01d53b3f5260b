// The programs that the test suites use and npm does not carry. As root on Debian they are installed by apt; elsewhere the missing ones are
// named with the line that installs them. What Maven and pip bring goes to the cache folder, keyed by its pins, never into the checkout.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { provideFranzGo } from "./franz-go.ts"
import { librdkafkaHeaders, provideLibrdkafka } from "./librdkafka.ts"

export interface MissingTool {
  name: string
  remedy: string
}

/** `$XDG_CACHE_HOME/rivven`, else `~/.cache/rivven`. */
export const cacheDir = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "rivven")

/** Debian package by the program it must put on the PATH. */
const programs: Record<string, string> = {
  chromium: "chromium",
  kcat: "kcat",
  make: "make",
  "g++": "g++",
  java: "openjdk-17-jre-headless",
  mvn: "maven",
  python3: "python3-venv",
  unzip: "unzip",
  promtool: "prometheus",
  "mkfs.xfs": "xfsprogs",
  "mkfs.ext4": "e2fsprogs",
}

const leastGoMinor = 26

const pythonPins = ["confluent-kafka==2.16.1"]

/** Python of the virtual environment that holds the pinned packages. */
export const pythonVenv = join(cacheDir, `python-${pythonPins.join("_").replace(/[^\w.-]/g, "-")}`)

export function provideTools(): MissingTool[] {
  mkdirSync(cacheDir, { recursive: true })
  const isRoot = process.getuid?.() === 0 && isOnPath("apt-get")
  if (isRoot && absentPackages().length > 0) aptInstall(absentPackages())
  const missing = absentPackages().map((name) => ({ name, remedy: `apt-get install -y ${name}` }))
  return missing.concat(provideGo(), providePython(), missing.length > 0 ? [] : provideSuite())
}

/** Go builds franz-go's tests, and the kube-apiserver and etcd that judge the resource API; Debian's own Go is too old for their sources. */
function provideGo(): MissingTool[] {
  const version = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).stdout ?? ""
  const [major = 0, minor = 0] = version.replace("go", "").split(".").map(Number)
  if (major > 1 || minor >= leastGoMinor) {
    return provideFranzGo(cacheDir)
      ? []
      : [{ name: "franz-go's tests", remedy: "go mod download and go test -c, as scripts/franz-go.ts does" }]
  }
  return [
    { name: `Go 1.${leastGoMinor}`, remedy: "your distribution's package of it, or the archive of the Go project, and put go on the PATH" },
  ]
}

/** Debian packages whose program or header is not there. */
function absentPackages(): string[] {
  const ofPrograms = Object.entries(programs).filter(([program]) => !isOnPath(program))
  const ofHeaders = Object.entries(librdkafkaHeaders).filter(([header]) => !isHeader(header))
  return [...ofPrograms, ...ofHeaders].map(([, name]) => name)
}

function isHeader(name: string): boolean {
  return spawnSync("g++", ["-E", "-x", "c", "-"], { input: `#include <${name}>\n`, stdio: ["pipe", "ignore", "ignore"] }).status === 0
}

function provideSuite(): MissingTool[] {
  return provideLibrdkafka(cacheDir) ? [] : [{ name: "librdkafka's tests", remedy: "the steps of scripts/librdkafka.ts, by hand" }]
}

function isOnPath(program: string): boolean {
  return (
    spawnSync("sh", ["-c", `command -v ${program}`], {
      stdio: "ignore",
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    }).status === 0
  )
}

function aptInstall(names: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  spawnSync("apt-get", ["update", "-q"], { stdio: "inherit", env })
  spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...names], { stdio: "inherit", env })
}

function providePython(): MissingTool[] {
  const python = join(pythonVenv, "bin", "python")
  if (existsSync(join(pythonVenv, "complete"))) return []
  const steps = [
    ["python3", "-m", "venv", pythonVenv],
    [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", ...pythonPins],
    ["touch", join(pythonVenv, "complete")],
  ]
  const isDone = steps.every(
    ([command = "", ...args]) => spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] }).status === 0,
  )
  return isDone
    ? []
    : [{ name: pythonPins.join(" "), remedy: `python3 -m venv ${pythonVenv} && ${python} -m pip install ${pythonPins.join(" ")}` }]
}
