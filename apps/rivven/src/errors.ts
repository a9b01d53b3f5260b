/** Exit codes of the `rivven` command. */
export const exitCode = { done: 0, usage: 1, failed: 2, refused: 3 } as const

/** An expected failure of a command: its message is printed as it stands, without a stack. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(message: string, options: ErrorOptions & { exitCode?: number } = {}) {
    super(message, options)
    this.name = "CommandError"
    this.exitCode = options.exitCode ?? exitCode.failed
  }
}
