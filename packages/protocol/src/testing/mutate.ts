/** Wounds for bytes that were legal: parsers of foreign bytes meet them in fuzz tests. */
import { below, type Random, randomBytes } from "./random.ts"

const extremes = [0, 1, 127, 128, 254, 255]

/** One to four wounds: a changed byte, an extreme length, a cut, an insertion, a repeated stretch. */
export function mutate(bytes: Uint8Array, random: Random): Buffer {
  let out: Buffer = Buffer.from(bytes)
  for (let wounds = 1 + below(random, 4); wounds > 0; wounds -= 1) out = wound(out, random)
  return out
}

function wound(bytes: Buffer, random: Random): Buffer {
  const at = below(random, bytes.length + 1)
  switch (below(random, 5)) {
    case 0:
      bytes.fill(below(random, 256), at, Math.min(bytes.length, at + 1))
      return bytes
    case 1:
      bytes.fill(extremes[below(random, extremes.length)]!, at, Math.min(bytes.length, at + 1 + below(random, 4)))
      return bytes
    case 2:
      return bytes.subarray(0, at)
    case 3:
      return Buffer.concat([bytes.subarray(0, at), randomBytes(random, 1 + below(random, 6)), bytes.subarray(at)])
    default:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - below(random, 40)))])
  }
}
