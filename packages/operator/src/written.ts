// Status that was written but not yet seen by the cache. A reconcile that runs in between would believe the older one and, for example, adopt a
// topic that it made itself.
import { type KubeObject, keyOf } from "@rivven/kube"

type WithStatus = KubeObject & { status?: unknown }

export class WrittenStatuses<T extends WithStatus> {
  readonly #written = new Map<string, T>()

  remember(object: T): void {
    this.#written.set(keyOf(object), object)
  }

  /** To be called with every change that the cache sees. */
  seen(key: string, after: T | undefined): void {
    const written = this.#written.get(key)
    if (written && (!after || !isOlder(after, written))) this.#written.delete(key)
  }

  /** The cached object with the newest status that is known. */
  newest(cached: T): T {
    const written = this.#written.get(keyOf(cached))
    return written && isOlder(cached, written) ? { ...cached, status: written.status } : cached
  }
}

/** Resource versions of one object are ordered numbers; other objects are never older. */
function isOlder(a: KubeObject, b: KubeObject): boolean {
  if (a.metadata.uid !== b.metadata.uid) return false
  const [left, right] = [a.metadata.resourceVersion ?? "", b.metadata.resourceVersion ?? ""]
  return /^\d+$/.test(left) && /^\d+$/.test(right) ? BigInt(left) < BigInt(right) : false
}
