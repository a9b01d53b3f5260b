// Objects as rows, the way kubectl prints them.
import type { AnyObject, ListMeta } from "../object.ts"
import type { Resource } from "./kinds/resource.ts"

export type IncludeObject = "None" | "Metadata" | "Object"

type TableOptions = { nowMs: number; includeObject: IncludeObject; metadata: Partial<ListMeta>; hasHead: boolean }

export function tableOf(objects: readonly AnyObject[], resource: Resource, options: TableOptions): Record<string, unknown> {
  const { nowMs, includeObject, metadata, hasHead } = options
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: hasHead ? resource.columns.map(definition) : [],
    rows: objects.map((object) => ({
      cells: resource.columns.map(({ cell }) => cell(object, nowMs) ?? null),
      ...(includeObject !== "None" && { object: includeObject === "Object" ? object : partialOf(object) }),
    })),
  }
}

function definition({ name, type, description, priority }: Resource["columns"][number]): Record<string, unknown> {
  return { name, type, format: name === "Name" ? "name" : "", description, priority }
}

export function partialOf(object: AnyObject): AnyObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata }
}
