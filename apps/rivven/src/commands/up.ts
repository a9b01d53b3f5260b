import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { Command, InvalidArgumentError, Option } from "commander"
import pino from "pino"
import { readEnv } from "../env.ts"
import { CommandError, exitCode } from "../errors.ts"
import { untilSignal } from "../signals.ts"
import { askControl, controlPath } from "../up/control-socket.ts"
import { dataDirPath, prepareDataDir } from "../up/data-dir.ts"
import { type Ready, startInstance } from "../up/instance.ts"
import { lockDataDir } from "../up/lock.ts"

interface UpFlags {
  dataDir?: string
  kafkaListen: string
  consoleListen: string
  metricsListen: string
  apiListen: string
  durability: string
  output: "text" | "json"
  link: boolean
}

/** The exported console, in the workspace or wherever the package is installed. */
const uiDir = join(dirname(createRequire(import.meta.url).resolve("@rivven/console/package.json")), "out")

export const up = new Command("up")
  .description("Start broker, resource API, operator and console in this terminal. Ctrl-C drains and stops them.")
  .option("--data-dir <path>", "where everything is kept (default: $XDG_DATA_HOME/rivven, else ~/.local/share/rivven)")
  .addOption(new Option("--kafka-listen <host:port>", "for Kafka clients").default("127.0.0.1:9292").argParser(parseListen))
  .addOption(new Option("--console-listen <host:port>", "for browsers").default("127.0.0.1:9191").argParser(parseListen))
  .addOption(new Option("--metrics-listen <host:port>", "for health and metrics").default("127.0.0.1:9090").argParser(parseListen))
  .addOption(
    new Option("--api-listen <host:port>", "for kubectl; port 0 picks a free one").default("127.0.0.1:9443").argParser(parseListen),
  )
  .addOption(
    new Option("--durability <level>", "when a record is acknowledged: fsync, os or interval:<ms>")
      .default("fsync")
      .argParser(parseDurability),
  )
  .addOption(new Option("--output <format>", "how to say that it is ready").choices(["text", "json"]).default("text"))
  .option("--link", "print a new sign-in link of the instance that is running on this data directory, and exit", false)
  .action(async (flags: UpFlags) => {
    const root = dataDirPath(flags.dataDir, readEnv().XDG_DATA_HOME)
    await (flags.link ? printLink(root) : run(root, flags))
  })

async function printLink(root: string): Promise<void> {
  const answer = await askControl(controlPath(root), { ask: "link" })
  if (!answer) throw new CommandError(`no Rivven is running on ${root}: start it with npm start, or name its folder with --data-dir`)
  if (!("signInLink" in answer)) throw new CommandError("error" in answer ? answer.error : "the running Rivven gave no link")
  process.stdout.write(`${answer.signInLink}\n`)
}

async function run(root: string, flags: UpFlags): Promise<void> {
  if (!existsSync(join(uiDir, "index.html"))) throw new CommandError("the console is not built: run npm run build")
  const dataDir = prepareDataDir(root)
  const lock = lockDataDir(root)
  if (!lock) throw new CommandError(await whoHolds(root), { exitCode: exitCode.refused })
  const logger = pino({ level: readEnv().RIVVEN_LOG_LEVEL, name: "rivven" }, pino.destination(2))
  const signalled = untilSignal()
  const instance = await startInstance({ ...flags, dataDir, uiDir, logger })
  report(instance.ready, flags.output)
  logger.info({ signal: await signalled }, "stopping")
  await instance.stop()
  lock.release()
}

async function whoHolds(root: string): Promise<string> {
  const holder = await askControl(controlPath(root), { ask: "who" })
  const who = holder && "pid" in holder ? `Rivven ${holder.version}, process ${holder.pid}` : "another process that is starting or stopping"
  return `the data directory ${root} is in use by ${who}: stop it first, or choose another with --data-dir; ${linkCommand(root)} prints a sign-in link of the running one`
}

/** As it is typed in the checkout. The data directory is named where it is not the one that would be found anyway. */
function linkCommand(root: string): string {
  const isDefault = root === dataDirPath(undefined, readEnv().XDG_DATA_HOME)
  return `npm start -- --link${isDefault ? "" : ` --data-dir ${/^[\w./-]+$/.test(root) ? root : JSON.stringify(root)}`}`
}

function report(ready: Ready, output: "text" | "json"): void {
  if (output === "json") {
    process.stdout.write(`${JSON.stringify(ready)}\n`)
    return
  }
  const rows: [string, string][] = [
    ["Console", ready.console],
    ["Kafka", ready.kafka],
    ["Metrics", `${ready.metrics}/metrics`],
    ["Resources", ready.resourceApi],
    ["kubectl", `export KUBECONFIG=${ready.kubeconfig}`],
    ["Data", ready.dataDir],
  ]
  const table = rows.map(([name, value]) => `  ${name.padEnd(10)} ${value}`).join("\n")
  process.stdout.write(
    `\nRivven ${ready.version} is ready.\n\n${table}\n\nSign in (once, within 10 minutes):\n  ${ready.signInLink}\n\nAnother link: ${linkCommand(ready.dataDir)}   Stop: Ctrl-C\n`,
  )
}

function parseListen(text: string): string {
  const match = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(text)
  if (!match || Number(match[1]) > 65535)
    throw new InvalidArgumentError("expected host:port with a port from 0 to 65535, for example 127.0.0.1:9292")
  return text
}

function parseDurability(text: string): string {
  if (!/^(fsync|os|interval:[1-9]\d{0,6})$/.test(text)) throw new InvalidArgumentError("expected fsync, os or interval:<milliseconds>")
  return text
}
