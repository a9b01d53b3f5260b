// Runs a broker by hand: node packages/broker/src/testing/run.ts <data-dir> [port] [setting=value …]. Ctrl-C drains and stops.
import { mkdirSync } from "node:fs"
import { startBroker } from "../index.ts"

const [dataDir, port = "9292", ...rest] = process.argv.slice(2)
if (dataDir === undefined) throw new Error("run.ts <data-dir> [port] [setting=value …]")
mkdirSync(dataDir, { recursive: true })

const write =
  (level: string) =>
  (fields: object, message: string): void => {
    const shown = Object.entries(fields).map(([name, value]) => `${name}=${value instanceof Error ? value.stack : JSON.stringify(value)}`)
    process.stderr.write(`${level} ${message} ${shown.join(" ")}\n`)
  }

const broker = await startBroker({
  dataDir,
  listen: { host: "127.0.0.1", port: Number(port) },
  settings: Object.fromEntries(rest.map((entry) => entry.split("=", 2) as [string, string])),
  logger: { info: write("info"), warn: write("warn"), error: write("error") },
})
process.stdout.write(`${JSON.stringify({ address: broker.address, clusterId: broker.clusterId, recovery: broker.recovery })}\n`)

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void broker.stop())
