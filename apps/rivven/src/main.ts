// The `rivven` command. Only the module of the command that was asked for is loaded: a node starts in a fraction of the time that the whole takes.
import { Command, CommanderError } from "commander"
import { CommandError, exitCode } from "./errors.ts"
import { version } from "./version.ts"

const commands: Record<string, () => Promise<Command>> = {
  up: async () => (await import("./commands/up.ts")).up,
  node: async () => (await import("./commands/node.ts")).node,
}

const program = new Command("rivven")
  .description("Event streaming that speaks Kafka's protocol, with its console, operator and resources in one command")
  .version(version)
  .exitOverride()

const asked = commands[process.argv[2] ?? ""]
for (const load of asked ? [asked] : Object.values(commands)) program.addCommand((await load()).exitOverride())

try {
  await program.parseAsync()
  process.exit(exitCode.done)
} catch (error) {
  process.exit(report(error))
}

/** Says what went wrong and answers the exit code. An unexpected error is shown with its stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage
  if (error instanceof CommandError) {
    process.stderr.write(`rivven: ${error.message}\n`)
    return error.exitCode
  }
  process.stderr.write(`rivven: ${error instanceof Error ? error.stack : String(error)}\n`)
  return exitCode.failed
}
