/**
 * Source of a decoder for one (definition, version): one function per struct, arrays as inline loops, runs of fixed-size fields under
 * one bounds check. The traced variant checks field by field and keeps `r.path`; it runs only to say where a failure was.
 */
import type { Field, Fields } from "./infer.ts"
import { defaultSource, elementCost, fixedSize, inOrder, leastSize, type Shape, type Slot, slotsOf, tagged } from "./plan.ts"

export interface EmitOptions extends Shape {
  readonly traced: boolean
}

export function emitDecoder(fields: Fields, options: EmitOptions): string {
  const emitter = new DecoderEmitter(options)
  const root = emitter.struct(fields, 0)
  return `"use strict"\n${emitter.functions.join("\n")}\nreturn ${root}`
}

class DecoderEmitter {
  readonly functions: string[] = []
  private readonly options: EmitOptions

  constructor(options: EmitOptions) {
    this.options = options
  }

  /** Adds the function that reads one struct and answers its name. `depth` counts the path segments above it. */
  struct(fields: Fields, depth: number): string {
    const slots = slotsOf(fields, this.options)
    const body = [...this.wireOrder(inOrder(slots), depth), ...this.tagSection(tagged(slots), depth)]
    const values = slots.map((slot) => `${slot.name}: ${slot.present ? `$${slot.name}` : defaultSource(slot.field)}`)
    const name = `read${this.functions.length}`
    this.functions.push(`function ${name}(r) {\n${body.join("\n")}\nreturn { ${values.join(", ")} }\n}`)
    return name
  }

  private wireOrder(slots: readonly Slot[], depth: number): string[] {
    const lines: string[] = []
    for (let index = 0; index < slots.length; ) {
      const run = this.options.traced ? 0 : fixedRun(slots, index)
      if (run > 1) {
        lines.push(fixedFields(slots.slice(index, index + run), index))
        index += run
      } else {
        const slot = slots[index]
        if (slot) lines.push(...this.field(slot, depth))
        index += 1
      }
    }
    return lines
  }

  private field(slot: Slot, depth: number): string[] {
    return [this.trace(depth, JSON.stringify(slot.name)), `let $${slot.name}`, this.read(slot, `$${slot.name}`, depth + 1)]
  }

  private trace(depth: number, segment: string): string {
    return this.options.traced ? `r.path.length = ${depth}; r.path.push(${segment})` : ""
  }

  /** Statement that reads a slot's value into a variable. */
  private read({ field, nullable }: { field: Field; nullable: boolean }, target: string, depth: number): string {
    if (field.kind === "array" && field.element) return this.array({ element: field.element, nullable }, target, depth)
    if (field.kind !== "struct" || !field.fields) return `${target} = r.${readMethod(field, nullable, this.options)}()`
    const call = `${this.struct(field.fields, depth)}(r)`
    return field.options.nullableSince === undefined ? `${target} = ${call}` : `${target} = r.int8() < 0 ? null : ${call}`
  }

  private array({ element, nullable }: { element: Field; nullable: boolean }, target: string, depth: number): string {
    const index = `i${depth}`
    const item = `item${depth}`
    const count = `r.${this.options.flexible ? "compactCount" : "count"}(${leastSize(element, this.options)}, ${elementCost(element)})`
    const lines = [
      `const n${depth} = ${nullable ? count : `r.notNull(${count})`}`,
      `${target} = ${nullable ? `n${depth} < 0 ? null : ` : ""}new Array(n${depth})`,
      `for (let ${index} = 0; ${index} < n${depth}; ${index} += 1) {`,
      this.trace(depth, index),
      `let ${item}`,
      this.read({ field: element, nullable: element.options.nullableSince !== undefined }, item, depth + 1),
      `${target}[${index}] = ${item}`,
      "}",
    ]
    return `{ ${lines.join("\n")} }`
  }

  private tagSection(tags: readonly Slot[], depth: number): string[] {
    if (!this.options.flexible) return []
    if (tags.length === 0) return ["r.skipTags()"]
    const cases = tags.map(
      (slot) =>
        `case ${slot.tag}: { ${this.trace(depth, JSON.stringify(slot.name))}\nconst end = r.enter()\n${this.read(slot, `$${slot.name}`, depth + 1)}\nr.leave(end)\nbreak }`,
    )
    return [
      ...tags.map((slot) => `let $${slot.name} = ${defaultSource(slot.field)}`),
      `for (let left = r.uvarint(); left > 0; left -= 1) { switch (r.uvarint()) { ${cases.join("\n")}\ndefault: r.take(r.uvarint()) } }`,
    ]
  }
}

/** How many fields from `start` on have a fixed size that a view reads without a method call. */
function fixedRun(slots: readonly Slot[], start: number): number {
  let end = start
  for (let slot = slots[end]; slot && viewReads[slot.field.kind]; slot = slots[end]) end += 1
  return end - start
}

function fixedFields(slots: readonly Slot[], id: number): string {
  let size = 0
  const reads = slots.map((slot) => {
    const read = `const $${slot.name} = ${viewReads[slot.field.kind]?.(`v${id}`, `at${id} + ${size}`)}`
    size += fixedSize[slot.field.kind] ?? 0
    return read
  })
  return `const at${id} = r.take(${size})\nconst v${id} = r.view\n${reads.join("\n")}`
}

const viewReads: Partial<Record<Field["kind"], (view: string, at: string) => string>> = {
  bool: (view, at) => `${view}.getInt8(${at}) !== 0`,
  int8: (view, at) => `${view}.getInt8(${at})`,
  int16: (view, at) => `${view}.getInt16(${at})`,
  uint16: (view, at) => `${view}.getUint16(${at})`,
  int32: (view, at) => `${view}.getInt32(${at})`,
  int64: (view, at) => `${view}.getInt32(${at}) * 4294967296 + ${view}.getUint32(${at} + 4)`,
}

function readMethod({ kind }: Field, nullable: boolean, { flexible }: Shape): string {
  if (kind !== "string" && kind !== "bytes" && kind !== "records") return kind
  const base = kind === "string" ? "String" : "Bytes"
  const name = `${flexible ? "compact" : ""}${nullable ? "Nullable" : ""}${base}`
  return name.charAt(0).toLowerCase() + name.slice(1)
}
