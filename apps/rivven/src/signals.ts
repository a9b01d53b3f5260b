/** Resolves with the first SIGINT, SIGTERM or SIGHUP. A second one ends the process at once: the user does not want to wait for the drain. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (isStopping) process.exit(1)
        isStopping = true
        resolve(signal)
      })
    }
  })
}
