// Objects and pages in the form that was asked for. A plain list is put together from the JSON that each object already has.
import type { AnyObject } from "../../object.ts"
import { apiVersionOf, type Resource } from "../kinds/resource.ts"
import type { Entry } from "../storage/store.ts"
import { type IncludeObject, partialOf, tableOf } from "../table.ts"
import type { Page } from "../verbs/read.ts"
import type { Form } from "./negotiate.ts"

export type Rendering = { form: Form; includeObject: IncludeObject; nowMs: number }

/** The resource whose columns an answer has. Events are printed from their core form. */
function printed(resource: Resource, objects: readonly AnyObject[]): readonly AnyObject[] {
  const { view } = resource
  return view ? objects.map((object) => view.toStored(object)) : objects
}

export function renderObject(object: AnyObject, resource: Resource, rendering: Rendering): string {
  const { form, includeObject, nowMs } = rendering
  if (form === "json") return JSON.stringify(object)
  if (form === "partial") return JSON.stringify(partialOf(object))
  const { resourceVersion } = object.metadata
  const options = { nowMs, includeObject, metadata: { resourceVersion }, hasHead: true }
  return JSON.stringify(tableOf(printed(resource, [object]), resource, options))
}

export function renderPage({ metadata, entries }: Page, resource: Resource, rendering: Rendering): string {
  const { form, includeObject, nowMs } = rendering
  if (form === "table") {
    const objects = entries.map(({ object }) => object)
    return JSON.stringify(tableOf(printed(resource, objects), resource, { nowMs, includeObject, metadata, hasHead: true }))
  }
  const items = entries.map(({ object, json }) => (form === "json" ? json : JSON.stringify(partialOf(object))))
  const kind = form === "json" ? `${resource.kind}List` : "PartialObjectMetadataList"
  const apiVersion = form === "json" ? apiVersionOf(resource) : "meta.k8s.io/v1"
  return `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[${items.join(",")}]}`
}

/** One line of a watch. The head of a table travels with the first row only. */
export function renderEvent(type: string, entry: Entry, watch: { resource: Resource; rendering: Rendering; isFirst: boolean }): string {
  const { resource, rendering, isFirst } = watch
  const { form, includeObject, nowMs } = rendering
  if (form === "json") return `{"type":"${type}","object":${entry.json}}\n`
  const { object } = entry
  const { resourceVersion } = object.metadata
  const options = { nowMs, includeObject, metadata: { resourceVersion }, hasHead: isFirst }
  const shown = form === "partial" ? partialOf(object) : tableOf(printed(resource, [object]), resource, options)
  return `{"type":"${type}","object":${JSON.stringify(shown)}}\n`
}
