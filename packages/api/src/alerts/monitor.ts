// Evaluates the built-in rules every 15 s over what was sampled, keeps their state, writes transitions, and says when something changed.
import { type AlertStatus, alerts } from "@rivven/resources"
import type { Clock, Logger, Random } from "../ports.ts"
import { ruleSeries } from "../sources/metrics/rule-series.ts"
import type { SeriesBook } from "../sources/metrics/series-book.ts"
import type { Store } from "../store/store.ts"
import { expireTransitions, openInstances, transitionsBetween, writeTransitions } from "./alert-log.ts"

const evaluateMs = 15_000
const expireEveryRounds = 240

export interface MonitorOptions {
  clock: Clock
  random: Random
  logger: Logger
  store: Store
  book: SeriesBook
  clusters: () => readonly string[]
  /** Whether there is a sample since the start: without one an alert of before would seem to have ended. */
  isSampled: (cluster: string) => boolean
  /** Whether the cluster is known to have nothing that the metric is about: its absence is no gap then. */
  hasNone: (cluster: string, metric: string) => boolean
  /** An alert began, fires or ended. */
  onChange: (cluster: string) => void
}

export class AlertMonitor {
  readonly #options: MonitorOptions
  readonly #statuses = new Map<string, readonly AlertStatus[]>()
  readonly #evaluatedAt = new Map<string, number>()
  #cancel = (): void => undefined
  #isStopped = false
  #rounds = 0
  #round: Promise<void> = Promise.resolve()

  constructor(options: MonitorOptions) {
    this.#options = options
  }

  start(): void {
    this.#plan()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel()
    await this.#round
  }

  /** Statuses of all rules; empty before the first round. */
  statuses(cluster: string): readonly AlertStatus[] {
    return this.#statuses.get(cluster) ?? []
  }

  evaluatedAt(cluster: string): number | null {
    return this.#evaluatedAt.get(cluster) ?? null
  }

  /** One round over all clusters. */
  async evaluate(): Promise<void> {
    for (const cluster of this.#options.clusters()) if (this.#options.isSampled(cluster)) await this.#evaluateCluster(cluster)
    this.#rounds += 1
    if (this.#rounds % expireEveryRounds === 0) await expireTransitions(this.#options)
  }

  #plan(): void {
    if (this.#isStopped) return
    this.#cancel = this.#options.clock.after(evaluateMs, () => {
      this.#round = this.evaluate()
        .catch((error: unknown) => this.#options.logger.error({ err: error }, "alert rules could not be evaluated"))
        .finally(() => this.#plan())
    })
  }

  async #evaluateCluster(cluster: string): Promise<void> {
    const { book, clock, onChange } = this.#options
    const previous = this.#statuses.get(cluster) ?? (await this.#restore(cluster))
    const nowMs = clock.wall()
    const evaluated = alerts.evaluateRules(alerts.builtInRules, { source: ruleSeries(book, cluster), nowMs, previous })
    const statuses = evaluated.map((status) => this.#withoutSubjects(cluster, status))
    const transitions = transitionsBetween(previous, statuses)
    const isFirst = !this.#statuses.has(cluster)
    this.#statuses.set(cluster, statuses)
    this.#evaluatedAt.set(cluster, nowMs)
    if (transitions.length === 0 && !isFirst) return
    onChange(cluster)
    await writeTransitions(this.#options, cluster, transitions)
  }

  #withoutSubjects(cluster: string, status: AlertStatus): AlertStatus {
    const { missingMetrics, state } = status
    if (state !== "cannot-fire" || !missingMetrics.every((metric) => this.#options.hasNone(cluster, metric))) return status
    return { ...status, state: "inactive", missingMetrics: [] }
  }

  /** What was on when the process before ended is still on, since when it was. */
  async #restore(cluster: string): Promise<AlertStatus[]> {
    const open = Map.groupBy(await openInstances(this.#options.store, cluster), ({ rule }) => rule)
    return alerts.builtInRules.map((rule) => {
      const instances = (open.get(rule.name) ?? []).map(({ subject, state, active_since, value, summary }) => ({
        labels: JSON.parse(subject) as alerts.Labels,
        value,
        state: state === "firing" ? ("firing" as const) : ("pending" as const),
        activeSinceMs: active_since,
        summary,
      }))
      return { rule, state: instances.length > 0 ? ("pending" as const) : ("inactive" as const), instances, missingMetrics: [] }
    })
  }
}
