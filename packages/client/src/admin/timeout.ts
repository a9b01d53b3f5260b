/** Every admin call may be given its own time, retries included; the client's `callTimeoutMs` otherwise. */
export type CallTimeout = { timeoutMs?: number }
