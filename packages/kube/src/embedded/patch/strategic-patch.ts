// Strategic merge patches, which kubectl sends for Kubernetes' own kinds: merge patches whose lists merge by key, with `$patch`,
// `$deleteFromPrimitiveList`, `$setElementOrder` and `$retainKeys`. The lists of the kinds served here follow their schema's list type.
import { isRecord } from "../../object.ts"
import { anySchema, childSchema, itemSchema, keysOf, type Schema } from "../schema/schema.ts"

export function strategicPatch(value: unknown, patch: unknown, schema: Schema): unknown {
  if (Array.isArray(patch)) return patchList(Array.isArray(value) ? value : [], patch, schema)
  if (!isRecord(patch)) return patch
  if (patch.$patch === "replace") return withoutDirectives(patch)
  if (patch.$patch === "delete") return undefined
  const out: Record<string, unknown> = isRecord(value) ? { ...value } : {}
  for (const [name, change] of Object.entries(patch)) patchField(out, { name, change, schema })
  if (Array.isArray(patch.$retainKeys)) for (const name of Object.keys(out)) if (!patch.$retainKeys.includes(name)) delete out[name]
  return out
}

function patchField(out: Record<string, unknown>, { name, change, schema }: { name: string; change: unknown; schema: Schema }): void {
  const deletion = /^\$deleteFromPrimitiveList\/(.+)$/.exec(name)?.[1]
  if (deletion !== undefined) {
    const list = out[deletion]
    if (Array.isArray(list) && Array.isArray(change)) out[deletion] = list.filter((item) => !change.includes(item))
    return
  }
  // `$setElementOrder` only says the order of what the list then holds anyhow.
  if (name.startsWith("$")) return
  const patched = change === null ? undefined : strategicPatch(out[name], change, childSchema(schema, name) ?? anySchema)
  if (patched === undefined) delete out[name]
  else out[name] = patched
}

function patchList(list: readonly unknown[], patch: readonly unknown[], schema: Schema): unknown[] {
  const isReplaced = patch.some((item) => isRecord(item) && item.$patch === "replace")
  if (schema.listType === "atomic" || isReplaced) return patch.filter((item) => !(isRecord(item) && item.$patch !== undefined))
  if (schema.listType === "set") return [...list, ...patch.filter((item) => !list.includes(item))]
  const out = new Map(list.map((item) => [JSON.stringify(keysOf(schema, item)), item]))
  for (const item of patch) {
    const key = JSON.stringify(keysOf(schema, item))
    if (isRecord(item) && item.$patch === "delete") out.delete(key)
    else out.set(key, strategicPatch(out.get(key), item, itemSchema(schema)))
  }
  return [...out.values()]
}

function withoutDirectives(patch: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(patch).filter(([name]) => !name.startsWith("$")))
}
