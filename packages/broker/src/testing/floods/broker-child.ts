// A broker on a disk in memory in a process of its own, so that its memory can be measured and its loop is its own. Options come as JSON,
// one line tells the ports, and each line on standard input is answered with what the process uses now.
import { startTestBroker, type TestBrokerOptions } from "../in-process.ts"

const options = JSON.parse(process.argv[2] ?? "{}") as TestBrokerOptions
const running = await startTestBroker(options)
const { broker, log } = running
const write = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`)

write(Object.fromEntries([...broker.addresses].map(([name, { port }]) => [name, port])))
process.stdin.on("data", () => {
  // A collection first, so that what is measured is held and not merely left over.
  globalThis.gc?.()
  void broker.registry.metrics().then((metrics) =>
    write({
      rss: process.memoryUsage().rss,
      metrics,
      errors: log.filter(({ level }) => level === "error").map(({ fields, message }) => `${message} ${String(fields.error)}`),
    }),
  )
})
process.stdin.on("end", () => void running.stop().then(() => process.exit(0)))
