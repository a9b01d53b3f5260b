import { defineEnv } from "@rivven/resources/kit"
import { z } from "zod"
import { CommandError, exitCode } from "./errors.ts"

/** Settings of the `rivven` command from its environment; flags win over them. */
export const rivvenEnv = defineEnv("RIVVEN_", {
  RIVVEN_LOG_LEVEL: {
    schema: z.enum(["trace", "debug", "info", "warn", "error", "silent"]),
    doc: "Least severity that is logged to standard error, as JSON lines.",
    default: "warn",
  },
  XDG_DATA_HOME: { schema: z.string(), doc: "Base of the default data directory; empty means ~/.local/share.", default: "" },
})

export type RivvenEnv = ReturnType<typeof readEnv>

/** Throws a usage error with one line per wrong variable. */
export function readEnv() {
  const parsed = rivvenEnv.parse(process.env)
  if (parsed.ok) return parsed.value
  throw new CommandError(parsed.problems.map(({ name, message }) => `${name}: ${message}`).join("\n"), { exitCode: exitCode.usage })
}
