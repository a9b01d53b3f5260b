/**
 * Failures of the broker that are not answers to a client: they stop a start, fail a write, or say that a directory is out of order.
 * Answers to clients are Kafka's error names and travel as values.
 */

/** `true`: the same call may succeed later without anybody changing anything. */
export const brokerErrorCodes = {
  ADDRESS_IN_USE: false,
  CONFIG_INVALID: false,
  /** The data directory is in use by another process. */
  DATA_DIR_LOCKED: false,
  /** The data directory holds something that this version cannot use. */
  DATA_DIR_INVALID: false,
  /** The data directory cannot be opened, written or synced at start. */
  DATA_DIR_UNUSABLE: false,
  INTERNAL_LOG_CORRUPT: false,
  LISTEN_FAILED: false,
  PARTITION_CLOSED: false,
  PARTITION_EXISTS: false,
  PARTITION_UNKNOWN: false,
  STOPPED: false,
  /** No space: appends come back by themselves. */
  STORAGE_FULL: true,
  /** A write, fsync, rename or truncate failed: the directory is read-only until a restart. */
  STORAGE_READ_ONLY: false,
} as const

export type BrokerErrorCode = keyof typeof brokerErrorCodes

export interface BrokerErrorOptions {
  cause?: unknown
  /** What the failure belongs to, for example `/topics/orders/partitions/3` or a file of the data directory. */
  path?: string
}

export class BrokerError extends Error {
  override readonly name = "BrokerError"
  readonly code: BrokerErrorCode
  readonly path: string
  readonly retriable: boolean

  constructor(code: BrokerErrorCode, message: string, options: BrokerErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.path = options.path ?? ""
    this.retriable = brokerErrorCodes[code]
  }
}

export const isBrokerError = (error: unknown, code?: BrokerErrorCode): error is BrokerError =>
  error instanceof BrokerError && (code === undefined || error.code === code)
