// Kafka's own reader, DumpLogSegments, over all the files of partitions below a data directory: what it complains about, one line each.
import { spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { join } from "node:path"

const kinds = /\.(log|index|timeindex|txnindex|snapshot)$/
const complaints =
  /Found timestamp mismatch|Mismatches in|Non-consecutive|Non monotonic|out of order|isvalid: false|Exception|Error|ignored|failed/i
// Paths are taken out before a line is judged: names of topics may hold such words.
const filesAtOnce = 200

export interface Reading {
  files: number
  complaints: string[]
}

/** The broker must have stopped. Files are those of segments (twenty digits), so that the snapshots of metadata stay out. */
export function dumpLogSegments(folder: string, classpath: string): Reading {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => kinds.test(name) && /(^|\/)\d{20}\.\w+$/.test(name) && !name.includes("__cluster_metadata"))
    .map((name) => join(folder, name))
  const found: string[] = []
  for (let at = 0; at < files.length; at += filesAtOnce) found.push(...read(files.slice(at, at + filesAtOnce), classpath))
  return { files: files.length, complaints: found }
}

function read(files: readonly string[], classpath: string): string[] {
  const config = join(import.meta.dirname, "java", "log4j2.properties")
  const java = ["-Xmx512m", "-XX:TieredStopAtLevel=1", `-Dlog4j2.configurationFile=file:${config}`, "-cp", classpath]
  const { status, stdout, stderr } = spawnSync("java", [...java, "org.apache.kafka.tools.DumpLogSegments", "--files", files.join(",")], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
  })
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => complaints.test(line.replaceAll(/\/\S+/g, "")))
  return status === 0 ? lines : [`DumpLogSegments ended with ${status}`, ...lines]
}
