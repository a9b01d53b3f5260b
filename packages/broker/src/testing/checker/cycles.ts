/** Tarjan's strongly connected components, without recursion: histories have hundreds of thousands of transactions. */
export interface Arrow {
  readonly from: number
  readonly to: number
}

interface Visit {
  readonly node: number
  next: number
}

/** The components with more than one node, each sorted. */
export function stronglyConnected(arrows: readonly Arrow[]): number[][] {
  const targets = new Map<number, number[]>()
  for (const { from, to } of arrows) {
    const known = targets.get(from)
    if (known) known.push(to)
    else targets.set(from, [to])
  }
  const search = new Search(targets)
  for (const node of targets.keys()) search.from(node)
  return search.components
}

class Search {
  readonly components: number[][] = []
  readonly #targets: ReadonlyMap<number, readonly number[]>
  readonly #index = new Map<number, number>()
  readonly #low = new Map<number, number>()
  readonly #onStack = new Set<number>()
  readonly #stack: number[] = []

  constructor(targets: ReadonlyMap<number, readonly number[]>) {
    this.#targets = targets
  }

  from(start: number): void {
    if (this.#index.has(start)) return
    const visits: Visit[] = [this.#enter(start)]
    for (let visit = visits.at(-1); visit; visit = visits.at(-1)) {
      const target = this.#targets.get(visit.node)?.[visit.next++]
      if (target === undefined) {
        visits.pop()
        this.#leave(visit.node, visits.at(-1)?.node)
      } else if (!this.#index.has(target)) visits.push(this.#enter(target))
      else if (this.#onStack.has(target)) this.#lower(visit.node, this.#index.get(target) ?? 0)
    }
  }

  #enter(node: number): Visit {
    this.#index.set(node, this.#index.size)
    this.#low.set(node, this.#index.size - 1)
    this.#stack.push(node)
    this.#onStack.add(node)
    return { node, next: 0 }
  }

  #lower(node: number, to: number): void {
    this.#low.set(node, Math.min(this.#low.get(node) ?? to, to))
  }

  #leave(node: number, parent: number | undefined): void {
    const low = this.#low.get(node) ?? 0
    if (parent !== undefined) this.#lower(parent, low)
    if (low !== this.#index.get(node)) return
    const component: number[] = []
    for (let popped = this.#stack.pop(); popped !== undefined; popped = this.#stack.pop()) {
      this.#onStack.delete(popped)
      component.push(popped)
      if (popped === node) break
    }
    if (component.length > 1) this.components.push(component.sort((a, b) => a - b))
  }
}
