import { readFileSync } from "node:fs"
import { dirname } from "node:path"
import { loadSecurity, type NodeConfig, NodeError, readNodeConfig, start } from "@rivven/node"
import { Command, Option } from "commander"
import pino from "pino"
import { readEnv } from "../env.ts"
import { CommandError, exitCode } from "../errors.ts"
import { untilSignal } from "../signals.ts"
import { version } from "../version.ts"

interface NodeFlags {
  config?: string
  check: boolean
  output: "text" | "json"
}

export const node = new Command("node")
  .description("Run one broker node alone: the embedded engine with health and metrics, set up by a rivven.yaml.")
  .option("--config <file>", "rivven.yaml; without it, every setting has its default")
  .option("--check", "validate the settings, print them and exit", false)
  .addOption(new Option("--output <format>", "how to say that it is ready").choices(["text", "json"]).default("text"))
  .action(async (flags: NodeFlags) => {
    const config = readConfig(flags.config)
    const baseDir = flags.config ? dirname(flags.config) : "."
    if (flags.check) {
      checkFiles(config, baseDir)
      process.stdout.write(`${JSON.stringify(config, null, 2)}\n`)
      return
    }
    const logger = pino({ level: readEnv().RIVVEN_LOG_LEVEL, name: "rivven-node" }, pino.destination(2))
    const running = await start(config, { logger }, { baseDir }).catch(explain)
    const ready = {
      version,
      pid: process.pid,
      dataDir: config.node.data_dir,
      kafka: `${running.kafka.host}:${running.kafka.port}`,
      metrics: `http://${running.metrics.host}:${running.metrics.port}`,
    }
    process.stdout.write(
      flags.output === "json" ? `${JSON.stringify(ready)}\n` : `Rivven node ${version}: clients ${ready.kafka}, metrics ${ready.metrics}\n`,
    )
    await untilSignal()
    await running.stop()
  })

/** Certificates, keys and users are there and belong together. */
function checkFiles(config: NodeConfig, baseDir: string): void {
  try {
    loadSecurity(config, baseDir)
  } catch (error) {
    if (error instanceof NodeError) throw new CommandError(error.message, { exitCode: exitCode.usage })
    throw error
  }
}

/** A taken port, a locked or damaged data directory: the message says it all. */
function explain(error: unknown): never {
  if (error instanceof NodeError) throw new CommandError(error.message, { cause: error })
  throw error
}

function readConfig(file: string | undefined) {
  try {
    return readNodeConfig(file ? readFileSync(file, "utf8") : "")
  } catch (error) {
    if (error instanceof NodeError) throw new CommandError(error.message, { exitCode: exitCode.usage })
    if (error instanceof Error && "code" in error)
      throw new CommandError(`--config ${file}: ${error.message}`, { exitCode: exitCode.usage })
    throw error
  }
}
