/**
 * Source of an encoder for one (definition, version). A field the version lacks is skipped, and refused when that would lose a value
 * that is not its default and not `ignorable`. Fields that may be left out are read as their default.
 */
import type { EmitOptions } from "./emit-decoder.ts"
import type { Field, Fields } from "./infer.ts"
import { defaultSource, inOrder, isDefaultSource, type Shape, type Slot, slotsOf, tagged } from "./plan.ts"

export function emitEncoder(fields: Fields, options: EmitOptions): string {
  const emitter = new EncoderEmitter(options)
  const root = emitter.struct(fields, 0)
  return `"use strict"\n${emitter.functions.join("\n")}\nreturn ${root}`
}

class EncoderEmitter {
  readonly functions: string[] = []
  private readonly options: EmitOptions

  constructor(options: EmitOptions) {
    this.options = options
  }

  struct(fields: Fields, depth: number): string {
    const slots = slotsOf(fields, this.options)
    const lines = [
      'if (typeof v !== "object" || v === null) w.wrong("an object", v)',
      ...slots.filter((slot) => !slot.present && !slot.field.options.ignorable).map((slot) => this.refuseLoss(slot, depth)),
      ...inOrder(slots).map((slot) => this.field(slot, depth)),
      ...this.tagSection(tagged(slots), depth),
    ]
    const name = `write${this.functions.length}`
    this.functions.push(`function ${name}(w, v) {\n${lines.join("\n")}\n}`)
    return name
  }

  private trace(depth: number, segment: string): string {
    return this.options.traced ? `w.path.length = ${depth}; w.path.push(${segment});` : ""
  }

  private refuseLoss({ name, field }: Slot, depth: number): string {
    const lost = `version ${this.options.version} has no such field, and its value is not the default`
    return `${this.trace(depth, JSON.stringify(name))} if (v.${name} !== undefined && !(${isDefaultSource(field, `v.${name}`)})) w.fail(${JSON.stringify(lost)})`
  }

  private field(slot: Slot, depth: number): string {
    const value = `$${slot.name}`
    return `${this.trace(depth, JSON.stringify(slot.name))} ${this.load(slot)}\n${this.write(slot, value, depth + 1)}`
  }

  /** Declares the variable of a slot; one that may be left out falls back to its default. */
  private load({ name, field }: Slot): string {
    const { default: fallback, tag, ignorable, until } = field.options
    const optional = fallback !== undefined || tag !== undefined || ignorable === true || until !== undefined
    return optional
      ? `let $${name} = v.${name}; if ($${name} === undefined) $${name} = ${defaultSource(field)};`
      : `const $${name} = v.${name};`
  }

  private write({ field, nullable }: { field: Field; nullable: boolean }, value: string, depth: number): string {
    const compact = this.options.flexible
    switch (field.kind) {
      case "array":
        return this.array({ field, nullable }, value, depth)
      case "struct":
        return this.nested({ field, nullable }, value, depth)
      case "records": {
        const write = `w.${compact ? "compactRecords" : "records"}(${value})`
        return nullable ? `if (${value} === null) ${nullLength(this.options)}; else ${write}` : write
      }
      case "string":
      case "bytes": {
        const name = `${nullable ? "Nullable" : ""}${field.kind === "string" ? "String" : "Bytes"}`
        return `w.${compact ? `compact${name}` : name.charAt(0).toLowerCase() + name.slice(1)}(${value})`
      }
      default:
        return `w.${field.kind}(${value})`
    }
  }

  private array({ field, nullable }: { field: Field; nullable: boolean }, value: string, depth: number): string {
    const element = field.element
    if (!element) return ""
    const [index, item, count] = [`i${depth}`, `item${depth}`, `n${depth}`]
    const loop = [
      `if (!Array.isArray(${value})) w.wrong("an array", ${value})`,
      `const ${count} = ${value}.length`,
      this.options.flexible ? `w.uvarint(${count} + 1)` : `w.int32(${count})`,
      `for (let ${index} = 0; ${index} < ${count}; ${index} += 1) {`,
      this.trace(depth, index),
      `const ${item} = ${value}[${index}]`,
      this.write({ field: element, nullable: element.options.nullableSince !== undefined }, item, depth + 1),
      "}",
    ].join("\n")
    return nullable ? `if (${value} === null) ${nullLength(this.options)}\nelse { ${loop} }` : `{ ${loop} }`
  }

  private nested({ field, nullable }: { field: Field; nullable: boolean }, value: string, depth: number): string {
    const call = `${this.struct(field.fields ?? {}, depth)}(w, ${value})`
    if (field.options.nullableSince === undefined) return call
    return nullable ? `if (${value} === null) w.int8(-1); else { w.int8(1); ${call} }` : `w.int8(1); ${call}`
  }

  private tagSection(tags: readonly Slot[], depth: number): string[] {
    if (!this.options.flexible) return []
    if (tags.length === 0) return ["w.uvarint(0)"]
    const writes = tags.map((slot) => {
      const value = `$${slot.name}`
      return `if (has_${slot.name}) { ${this.trace(depth, JSON.stringify(slot.name))} w.uvarint(${slot.tag}); const start = w.open()\n${this.write(slot, value, depth + 1)}\nw.close(start) }`
    })
    return [
      ...tags.map((slot) => `${this.load(slot)} const has_${slot.name} = !(${isDefaultSource(slot.field, `$${slot.name}`)})`),
      `w.uvarint(${tags.map((slot) => `has_${slot.name}`).join(" + ")})`,
      ...writes,
    ]
  }
}

function nullLength({ flexible }: Shape): string {
  return flexible ? "w.uvarint(0)" : "w.int32(-1)"
}
