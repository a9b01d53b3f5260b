import type { z } from "zod"
import { text } from "./fields.ts"

const written = /^([0-9]+)(?:\.([0-9]+))?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?$/
const powersOfTen: Record<string, bigint> = { "": 0n, k: 3n, M: 6n, G: 9n, T: 12n, P: 15n, E: 18n }
const powersOfTwo: Record<string, bigint> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n }

/** An amount of storage as Kubernetes writes it. */
export function quantity(): z.ZodString {
  return text({
    max: 32,
    pattern: /^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?$/,
    accepts: "a quantity such as 500Mi, 10Gi or 1.5Ti",
  })
}

/** An exact fraction, so that `1.5Gi` and `1536Mi` compare as equal. */
type Fraction = { numerator: bigint; denominator: bigint }

function parse(value: string): Fraction | undefined {
  const match = written.exec(value)
  if (!match) return undefined
  const [, whole = "0", fraction = "", suffix = ""] = match
  const digits = BigInt(whole + fraction)
  const denominator = 10n ** BigInt(fraction.length)
  if (suffix === "m") return { numerator: digits, denominator: denominator * 1000n }
  const binary = powersOfTwo[suffix]
  if (binary !== undefined) return { numerator: digits << binary, denominator }
  return { numerator: digits * 10n ** (powersOfTen[suffix] ?? 0n), denominator }
}

export function isQuantity(value: string): boolean {
  return parse(value) !== undefined
}

/** Negative, zero or positive, like CEL's `quantity(a).compareTo(quantity(b))`; undefined if one of them is no quantity. */
export function compareQuantities(a: string, b: string): number | undefined {
  const [left, right] = [parse(a), parse(b)]
  if (!left || !right) return undefined
  const difference = left.numerator * right.denominator - right.numerator * left.denominator
  if (difference === 0n) return 0
  return difference < 0n ? -1 : 1
}

/** Rounded up to whole bytes, as the API server does for storage. */
export function quantityBytes(value: string): number | undefined {
  const parsed = parse(value)
  if (!parsed) return undefined
  return Number((parsed.numerator + parsed.denominator - 1n) / parsed.denominator)
}
