// All listeners of a broker, with what they share: the admission, the budget of large frames, the numbers of connections. Opens them
// together and ends them together.
import type { Metrics } from "../metrics.ts"
import type { Clock, Logger, Net, TlsMaterial } from "../ports.ts"
import type { Principal } from "../security/principal.ts"
import type { CredentialKey } from "../security/sasl/exchange.ts"
import type { Security } from "../security/security.ts"
import { type ListenerSettings, usesTls } from "../security/settings.ts"
import { advertisedAddress, type BoundListener } from "../settings.ts"
import { Admission } from "./admission.ts"
import type { Prepare } from "./connection.ts"
import { ByteBudget, type ConnectionLimits } from "./limits.ts"
import { Listener } from "./listener.ts"

export interface ListenersOptions {
  readonly settings: readonly ListenerSettings[]
  readonly net: Net
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: ConnectionLimits
  readonly security: Security
  readonly metrics: Metrics
  readonly prepare: Prepare
  readonly isPressured: () => boolean
  /** Connections per second that an address may open; undefined without a quota. */
  readonly connectionRateOf?: (address: string) => number | undefined
}

export class Listeners {
  readonly #options: ListenersOptions
  readonly #admission: Admission
  readonly #listeners: readonly Listener[]

  constructor(options: ListenersOptions) {
    const { settings, limits, clock, security } = options
    this.#options = options
    this.#admission = new Admission({ limits, clock, quotaOf: options.connectionRateOf })
    const largeFrames = new ByteBudget(limits.largeFrameBudgetBytes)
    let lastId = 0
    const shared = { admission: this.#admission, largeFrames, nextId: () => ++lastId }
    this.#listeners = settings.map((one) => this.#make(one, shared))
    security.credentials.onRemoved((removed) => this.#endSessionsOf(removed))
  }

  /** All of them, or none: the caller closes what is open after a failure. */
  async open(): Promise<readonly BoundListener[]> {
    const bound: BoundListener[] = []
    for (const [index, settings] of this.#options.settings.entries()) {
      const port = (await this.#listeners[index]?.open(settings.listen)) ?? 0
      bound.push({ settings, address: { host: settings.listen.host, port }, advertised: advertisedAddress(settings, port) })
    }
    return bound
  }

  connections(): Iterable<{ readonly listener: string; readonly protocol: string; readonly count: number }> {
    return this.#options.settings.map(({ name, protocol }, index) => ({
      listener: name,
      protocol,
      count: this.#listeners[index]?.connectionCount ?? 0,
    }))
  }

  regulate(): void {
    for (const listener of this.#listeners) listener.regulate()
  }

  replaceTls(name: string, material: TlsMaterial): void {
    this.#listeners.find((listener) => listener.name === name)?.replaceTls(material)
  }

  async close(graceMs: number): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close(graceMs)))
  }

  destroyAll(): void {
    for (const listener of this.#listeners) listener.destroyAll()
  }

  #make(settings: ListenerSettings, shared: { admission: Admission; largeFrames: ByteBudget; nextId: () => number }): Listener {
    const { net, clock, logger, limits, security, metrics, prepare, isPressured } = this.#options
    const { handshakeMs } = limits
    const tls = usesTls(settings) && settings.tls ? { minVersion: "TLSv1.2" as const, ...settings.tls, handshakeMs } : undefined
    const events = {
      onRefused: (listener: string, reason: string) => metrics.onRefusedConnection({ listener, reason }),
      onHandshake: (listener: string, outcome: string) => metrics.onTlsHandshake({ listener, outcome }),
    }
    const identify = security.identifyFor(settings, (principal) => this.#claim(settings.name, principal))
    return new Listener({ name: settings.name, tls, net, clock, logger, limits, identify, prepare, isPressured, events, ...shared })
  }

  #claim(listener: string, { type, name }: Principal): (() => void) | null {
    const place = this.#admission.claim(`${type}:${name}`)
    if (!place) this.#options.metrics.onRefusedConnection({ listener, reason: "principal" })
    return place
  }

  #endSessionsOf({ user, mechanism }: CredentialKey): void {
    for (const listener of this.#listeners)
      listener.endSessions(
        ({ credential }) => credential?.user === user && credential.mechanism === mechanism,
        `the credential of ${user} for ${mechanism} is no longer`,
      )
  }
}
