/**
 * Virtual time and the order of everything that takes time. One task runs, then all promises it settled run to the end, then the next
 * task: the whole run is a function of the seed.
 */
import type { Cancel, Clock } from "../ports.ts"

interface Task {
  at: number
  order: number
  run: () => void
}

const wallStart = 1_700_000_000_000

export class SimScheduler {
  nowMs = 0
  /** Added to the wall clock only; tests jump it. */
  wallSkewMs = 0
  private order = 0
  private readonly heap: Task[] = []

  at(delayMs: number, run: () => void): Cancel {
    const task = { at: this.nowMs + Math.max(0, delayMs), order: this.order++, run }
    this.push(task)
    return () => {
      task.run = () => {}
    }
  }

  /** Runs the next task; false when nothing is left. */
  async step(): Promise<boolean> {
    const task = this.pop()
    if (task === undefined) return false
    this.nowMs = Math.max(this.nowMs, task.at)
    task.run()
    await settled()
    return true
  }

  /** Runs until the promise settles; rejects when virtual time runs out of tasks or of `limitMs` before. */
  async until<T>(promise: Promise<T>, limitMs = 600_000): Promise<T> {
    let done = false
    const mark = (): void => {
      done = true
    }
    promise.then(mark, mark)
    await settled()
    const end = this.nowMs + limitMs
    while (!done) {
      if (!(await this.step())) throw new Error("the simulation has nothing left to do, but the promise is still open")
      if (this.nowMs > end) throw new Error(`the promise is still open after ${limitMs} virtual milliseconds`)
    }
    return promise
  }

  async advance(ms: number): Promise<void> {
    const end = this.nowMs + ms
    while ((this.heap[0]?.at ?? Number.POSITIVE_INFINITY) <= end) await this.step()
    this.nowMs = end
  }

  /** The clock of one process: once `isAlive` says no, its callbacks never run. */
  clock(isAlive: () => boolean = () => true): Clock {
    const guarded = (run: () => void) => () => {
      if (isAlive()) run()
    }
    return {
      monotonic: () => this.nowMs,
      wall: () => Math.floor(wallStart + this.nowMs + this.wallSkewMs),
      after: (ms, run) => this.at(ms, guarded(run)),
      endOfTick: (run) => void this.at(0, guarded(run)),
    }
  }

  private push(task: Task): void {
    const heap = this.heap
    let at = heap.push(task) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(task, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = task
  }

  private pop(): Task | undefined {
    const heap = this.heap
    const [top] = heap
    const last = heap.pop()
    if (top === undefined || last === undefined || heap.length === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return top
  }
}

const before = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** All promise callbacks that are due have run. */
export function settled(): Promise<void> {
  return new Promise((done) => void setImmediate(done))
}
