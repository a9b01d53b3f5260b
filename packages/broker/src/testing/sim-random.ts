/** Seeded randomness (xoshiro128**, seeded by splitmix32): the same seed gives the same run on every machine. */
import type { Random } from "../ports.ts"

export interface SimRandom extends Random {
  /** An integer in [0, bound). */
  below(bound: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** An independent stream, so that drawing in one place does not shift another. */
  fork(): SimRandom
}

export function simRandom(seed: number): SimRandom {
  let [a, b, c, d] = [0, 0, 0, 0]
  let mix = seed | 0
  const scramble = (): number => {
    mix = (mix + 0x9e3779b9) | 0
    let z = mix ^ (mix >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return z ^ (z >>> 15)
  }
  ;[a, b, c, d] = [scramble(), scramble(), scramble(), scramble()]

  function uint32(): number {
    const scaled = Math.imul(b, 5)
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result >>> 0
  }

  const next = (): number => uint32() / 0x1_0000_0000
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)]!,
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
    fork: () => simRandom(uint32()),
  }
}
