/**
 * Finding one broker among several addresses: attempts start one after the other, a little apart, and the first that answers wins. A hung
 * address therefore costs that little and nothing more; the losers are left to the pool, which keeps or drops them.
 */
import { addressKey } from "./broker-pool.ts"
import type { Connection } from "./connection.ts"
import { failed, type ItemError, type Result } from "./errors.ts"
import type { Address, Clock } from "./ports.ts"
import { isRefusedIdentity } from "./sasl.ts"

export type RaceOptions = {
  clock: Clock
  addresses: readonly Address[]
  staggerMs: number
  open: (address: Address) => Promise<Result<Connection>>
}

export function raceToOpen({ clock, addresses, staggerMs, open }: RaceOptions): Promise<Result<Connection>> {
  return new Promise((resolve) => {
    const failures: string[] = []
    let next = 0
    let cancelTimer = () => {}
    const finish = (result: Result<Connection>) => {
      cancelTimer()
      next = addresses.length
      resolve(result)
    }
    const fail = (address: Address, error: ItemError) => {
      failures.push(`${addressKey(address)}: ${error.message}`)
      if (isRefusedIdentity(error.code)) finish({ ok: false, error })
      else if (failures.length === addresses.length) finish(failed("NO_BROKER", `no broker can be reached (${failures.join("; ")})`))
      else startNext()
    }
    const startNext = () => {
      cancelTimer()
      const address = addresses[next++]
      if (address === undefined) return
      cancelTimer = clock.after(staggerMs, startNext)
      void open(address).then((result) => (result.ok ? finish(result) : fail(address, result.error)))
    }
    if (addresses.length === 0) finish(failed("NO_BROKER", "no broker address is known"))
    else startNext()
  })
}

/** `host:port`, with brackets around IPv6; the port may be left out. */
export function parseAddress(text: string): Result<Address> {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/.exec(text.trim())
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3] ?? 9292)
  if (host === undefined || port < 1 || port > 65_535) {
    return failed("BAD_INPUT", `"${text}" is not a broker address; expected is host:port with a port from 1 to 65535`)
  }
  return { ok: true, value: { host, port } }
}
