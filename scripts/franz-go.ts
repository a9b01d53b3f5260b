// The tests of franz-go, built once into the cache folder from the module as Go's module cache carries it.
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, rmSync } from "node:fs"
import { join } from "node:path"

const version = "v1.22.3"
const module = `github.com/twmb/franz-go@${version}`

/** Folder of franz-go's kgo package with the test binary `kgo.test` in it, below `cacheDir`. */
export function franzGoTests(cacheDir: string): string {
  return join(cacheDir, `franz-go-${version}`, "pkg", "kgo")
}

/** Downloads and builds what is missing; false if that failed. */
export function provideFranzGo(cacheDir: string): boolean {
  const folder = franzGoTests(cacheDir)
  if (existsSync(join(folder, "kgo.test"))) return true
  const download = spawnSync("go", ["mod", "download", "-json", module], { encoding: "utf8" })
  if (download.status !== 0) return false
  const source = join(cacheDir, `franz-go-${version}`)
  rmSync(source, { recursive: true, force: true })
  cpSync(JSON.parse(download.stdout).Dir, source, { recursive: true })
  // The module cache is read-only, and the copy inherits that.
  if (spawnSync("chmod", ["-R", "u+w", source]).status !== 0) return false
  return spawnSync("go", ["test", "-c", "-o", "kgo.test", "."], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] }).status === 0
}
