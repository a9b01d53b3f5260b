/** A disk in memory that never fails and answers at once: for in-process brokers of other tests. */
import type { Disk } from "../ports.ts"
import { SimDisk } from "./sim-disk.ts"
import { simRandom } from "./sim-random.ts"
import { SimScheduler } from "./sim-scheduler.ts"

class ImmediateScheduler extends SimScheduler {
  override at(_delayMs: number, run: () => void): () => void {
    let isCancelled = false
    queueMicrotask(() => {
      if (!isCancelled) run()
    })
    return () => {
      isCancelled = true
    }
  }
}

/** `nominalBytes` is what `free` and `total` answer; nothing is ever refused. */
export function memoryDisk(nominalBytes = 1_099_511_627_776): Disk {
  const disk = new SimDisk({ scheduler: new ImmediateScheduler(), random: simRandom(1) }).mount()
  return { ...disk, name: "memory", free: async () => nominalBytes, total: async () => nominalBytes }
}
