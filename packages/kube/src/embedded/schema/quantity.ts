// Kubernetes quantities as exact fractions, so that `1.5Gi` and `1536Mi` are the same amount.

const written = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:([eE][+-]?[0-9]{1,3})|(n|u|m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei))?$/
const decimalPowers: Record<string, number> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const binaryPowers: Record<string, bigint> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n }

export class Quantity {
  readonly #numerator: bigint
  readonly #denominator: bigint

  constructor(numerator: bigint, denominator: bigint) {
    this.#numerator = numerator
    this.#denominator = denominator
  }

  static parse(text: string): Quantity | undefined {
    const match = text.length <= 64 ? written.exec(text) : null
    if (!match) return undefined
    const [, sign, whole = "", fraction = "", exponent, suffix = ""] = match
    if (whole === "" && fraction === "") return undefined
    const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n)
    const binary = binaryPowers[suffix]
    if (binary !== undefined) return new Quantity(digits << binary, 10n ** BigInt(fraction.length))
    const power = (exponent === undefined ? (decimalPowers[suffix] ?? 0) : Number(exponent.slice(1))) - fraction.length
    return power < 0 ? new Quantity(digits, 10n ** BigInt(-power)) : new Quantity(digits * 10n ** BigInt(power), 1n)
  }

  compareTo(other: Quantity): -1 | 0 | 1 {
    const difference = this.#numerator * other.#denominator - other.#numerator * this.#denominator
    if (difference === 0n) return 0
    return difference < 0n ? -1 : 1
  }

  plus(other: Quantity): Quantity {
    const numerator = this.#numerator * other.#denominator + other.#numerator * this.#denominator
    return new Quantity(numerator, this.#denominator * other.#denominator)
  }

  negate(): Quantity {
    return new Quantity(-this.#numerator, this.#denominator)
  }

  /** `undefined` where it is no whole number. */
  asInteger(): bigint | undefined {
    return this.#numerator % this.#denominator === 0n ? this.#numerator / this.#denominator : undefined
  }

  asApproximateFloat(): number {
    return Number(this.#numerator) / Number(this.#denominator)
  }
}
