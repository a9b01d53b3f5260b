import { Command, CommanderError } from "commander"
import { up } from "./commands/up.ts"
import { CommandError, exitCode } from "./errors.ts"
import { version } from "./version.ts"

const program = new Command("rivven")
  .description("Event streaming that speaks Kafka's protocol, with its console, operator and resources in one command")
  .version(version)
  .exitOverride()
  .addCommand(up)
up.exitOverride()

try {
  await program.parseAsync()
  process.exit(exitCode.done)
} catch (error) {
  process.exit(exitCodeOf(error))
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage
  if (error instanceof CommandError) {
    process.stderr.write(`rivven: ${error.message}\n`)
    return error.exitCode
  }
  process.stderr.write(`rivven: ${error instanceof Error ? error.stack : String(error)}\n`)
  return exitCode.failed
}
