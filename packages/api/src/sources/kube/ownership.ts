// Who owns which field of a resource, from its managedFields. Paths are lists of names; a list or an atomic map is one field.
import type { ManagedFieldsEntry } from "@rivven/kube"

export const consoleManager = "rivven-console"

export interface FieldOwner {
  /** `["spec", "config", "retentionMs"]` */
  path: readonly string[]
  manager: string
  operation: "Apply" | "Update"
  time: string | undefined
}

/** Owners of everything but the status. */
export function ownersOf(managedFields: readonly ManagedFieldsEntry[] | undefined): FieldOwner[] {
  return (managedFields ?? [])
    .filter(({ subresource }) => subresource === undefined || subresource === "")
    .flatMap(({ manager = "", operation = "Update", time, fieldsV1 }) =>
      leafPaths(fieldsV1 ?? {}).map((path) => ({ path, manager, operation, time })),
    )
}

function leafPaths(fields: Record<string, unknown>, path: readonly string[] = []): (readonly string[])[] {
  const children = Object.entries(fields).filter(([name]) => name.startsWith("f:"))
  if (children.length === 0) return path.length === 0 ? [] : [path]
  return children.flatMap(([name, child]) => leafPaths(isRecord(child) ? child : {}, [...path, name.slice(2)]))
}

/** Owners of a field, or of a whole that holds it. */
export function ownersAt(owners: readonly FieldOwner[], path: readonly string[]): FieldOwner[] {
  return owners.filter((owner) => owner.path.length <= path.length && owner.path.every((name, at) => path[at] === name))
}

/** A field manager as people call it. */
export function managerWords(manager: string): string {
  return known.find(([pattern]) => pattern.test(manager))?.[1] ?? manager
}

const known: readonly (readonly [RegExp, string])[] = [
  [/^rivven-console$/, "console"],
  [/^rivven-operator/, "operator"],
  [/^rivven-up$/, "rivven up"],
  [/^kubectl\b/, "kubectl"],
  [/^argocd\b/, "Argo CD"],
  [/^(?:kustomize|helm|source)-controller$/, "Flux"],
  [/^helm$/i, "Helm"],
  [/^file$/, "a file"],
]

/** The manager that wrote most of the spec; the one of the creation when all wrote the same. */
export function mainOwner(owners: readonly FieldOwner[]): string | undefined {
  const counts = new Map<string, number>()
  for (const { path, manager } of owners) if (path[0] === "spec") counts.set(manager, (counts.get(manager) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0]
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
