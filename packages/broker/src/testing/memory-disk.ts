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

/** `capacityBytes` is what `free` and `total` answer from. */
export function memoryDisk(capacityBytes = 4_294_967_296): Disk {
  return new SimDisk({ scheduler: new ImmediateScheduler(), random: simRandom(1), capacityBytes }).mount()
}
