// One view over the informers of a kind: a single one for all namespaces, or one per watched namespace.
import { type ChangeHandler, Informer, type InformerOptions, type KubeObject } from "@rivven/kube"

export type WatchedOptions<T extends KubeObject> = Omit<InformerOptions<T>, "selection"> & {
  /** Absent: all. */
  namespaces?: readonly string[]
}

export class Watched<T extends KubeObject> {
  readonly #informers: Informer<T>[]

  constructor({ namespaces, ...options }: WatchedOptions<T>) {
    const selections = namespaces?.map((namespace) => ({ namespace })) ?? [undefined]
    this.#informers = selections.map((selection) => new Informer<T>({ ...options, selection }))
  }

  start(): void {
    for (const informer of this.#informers) informer.start()
  }

  async synced(): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.synced()))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.stop()))
  }

  get(key: string): T | undefined {
    for (const informer of this.#informers) {
      const object = informer.get(key)
      if (object) return object
    }
    return undefined
  }

  list(): T[] {
    return this.#informers.flatMap((informer) => informer.list())
  }

  by(index: string, value: string): T[] {
    return this.#informers.flatMap((informer) => informer.by(index, value))
  }

  onChange(handler: ChangeHandler<T>): void {
    for (const informer of this.#informers) informer.onChange(handler)
  }
}
