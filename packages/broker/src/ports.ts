/**
 * The world as the broker sees it. Node's bindings are `storage/node-disk.ts`, `storage/node-time.ts` and the listener's; tests pass
 * the simulator of `testing/`. Nothing else in this package touches files, sockets, timers, clocks or randomness.
 */

/** A failed call of the disk. `code` is the errno name; only ENOSPC, EDQUOT and ENOENT are ever told apart. */
export interface DiskFault extends Error {
  code?: string
}

/** One log directory. Paths are relative to its root and use "/". Every call may reject with a `DiskFault`. */
export interface Disk {
  /** Where it is, for messages only. */
  readonly name: string
  /** `create` makes or empties, `append` opens what exists for reading and writing, `read` for reading only. */
  open(path: string, how: "create" | "append" | "read"): Promise<DiskFile>
  /** Atomic; replaces a file at `to`. Durable after `syncDir` of both directories. */
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  /** Names in a directory, in no order; `""` is the root. */
  list(dir: string): Promise<string[]>
  makeDir(path: string): Promise<void>
  /** The directory must be empty. */
  removeDir(path: string): Promise<void>
  /** Makes the directory's entries durable. */
  syncDir(dir: string): Promise<void>
  free(): Promise<number>
  total(): Promise<number>
  /** An exclusive lock held by the operating system until released or until the process dies. */
  lock(path: string): Promise<DiskLock | LockHeld>
}

export interface DiskLock {
  held: true
  release(): Promise<void>
}

export interface LockHeld {
  held: false
  /** Who holds it, as far as it can be known. */
  pid: number | null
}

export interface DiskFile {
  /** One positioned write into the page cache. The answered count may be short: the caller must look. */
  write(parts: readonly Uint8Array[], at: number): number
  /** Fills `into` from `at` as far as the file goes and answers the count. */
  read(into: Uint8Array, at: number): Promise<number>
  datasync(): Promise<void>
  truncate(sizeBytes: number): Promise<void>
  size(): number
  close(): Promise<void>
}

export type Cancel = () => void

export interface Clock {
  /** Milliseconds that only go forward: whatever decides something uses these. */
  monotonic(): number
  /** Milliseconds since the epoch, as far as the machine knows. */
  wall(): number
  after(ms: number, run: () => void): Cancel
  /** Runs once the input of the current event-loop turn has been handled. */
  endOfTick(run: () => void): void
}

export interface Random {
  /** In [0, 1). */
  next(): number
  bytes(count: number): Uint8Array
}

export interface Closer {
  /** The port that was bound, also when 0 was asked for. */
  readonly port: number
  /** Handshakes from now on use these; connections keep what they have. Throws when they cannot be used, and changes nothing then. */
  replaceTls(material: TlsMaterial): void
  close(): Promise<void>
}

/** PEM texts. */
export interface TlsMaterial {
  readonly certificate: string
  readonly key: string
  /** Who signs client certificates; nobody else is trusted. */
  readonly clientCa?: string
  /** Revoked client certificates, one list per CA. */
  readonly clientCrl?: string
}

export interface TlsOptions {
  readonly material: TlsMaterial
  /** `want` lets clients without a certificate in, never those with a bad one. */
  readonly clientCertificate: "none" | "want" | "need"
  readonly minVersion: "TLSv1.2" | "TLSv1.3"
  readonly handshakeMs: number
}

/** Somebody who was let in; `leave` is called once when the socket is gone. */
export interface Visit {
  readonly sinceMs: number
  leave(): void
}

export interface Arrivals {
  /** Asked before anything is read or allocated; `null` refuses. */
  admit(remoteAddress: string): Visit | null
  /** With TLS after its handshake. */
  accept(connection: Connection, visit: Visit): void
  /** How a TLS handshake ended: `null` well, else why not. */
  shook(remoteAddress: string, failure: string | null): void
}

export interface ConnectionEvents {
  data(chunk: Uint8Array): void
  /** Everything written so far has left the process. */
  drain(): void
  /** Comes exactly once, last. */
  close(cause: Error | null): void
}

export interface Connection {
  readonly remoteAddress: string
  /** The certificate (DER) that the other side proved to own in its TLS handshake and that was verified; null without one. */
  readonly certificate: Uint8Array | null
  listen(events: ConnectionEvents): void
  /** Writes the parts as one piece; `written` runs when they have left the process or the connection is gone. */
  write(parts: readonly Uint8Array[], written?: () => void): void
  /** Bytes accepted by `write` that have not left the process. */
  readonly bufferedBytes: number
  pause(): void
  resume(): void
  end(): void
  destroy(): void
}

export interface Net {
  listen(address: { host: string; port: number }, arrivals: Arrivals, tls?: TlsOptions): Promise<Closer>
  connect(host: string, port: number): Promise<Connection>
}

/** The object comes first, as in pino. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface Ports {
  disk: Disk
  clock: Clock
  random: Random
  net: Net
}
