// metadata.managedFields ↔ who owns which fields. A manager is a name with an operation, a subresource and, for updates, an API version.
import type { ManagedFieldsEntry } from "../../object.ts"
import { FieldSet } from "./field-set.ts"

export type Manager = {
  name: string
  operation: "Apply" | "Update"
  subresource: string
  apiVersion: string
}

export type Owned = { manager: Manager; fields: FieldSet; time: string | undefined }

/** By identity: an applier stays the same through API versions, an updater does not. */
export type Owners = ReadonlyMap<string, Owned>

export function identityOf({ name, operation, subresource, apiVersion }: Manager): string {
  return JSON.stringify([name, operation, subresource, operation === "Apply" ? "" : apiVersion])
}

export function decodeManagedFields(entries: readonly ManagedFieldsEntry[] | undefined): Owners {
  const owners = new Map<string, Owned>()
  for (const entry of entries ?? []) {
    const { manager: name = "", operation = "Update", subresource = "", apiVersion = "", time } = entry
    const manager = { name, operation, subresource, apiVersion }
    owners.set(identityOf(manager), { manager, fields: FieldSet.fromJson(entry.fieldsV1), time })
  }
  return owners
}

/** Appliers first, then by time and name, as the API server sorts them. */
export function encodeManagedFields(owners: Owners): ManagedFieldsEntry[] | undefined {
  const entries = [...owners.values()]
    .filter(({ fields }) => !fields.isEmpty)
    .sort((a, b) => order(a).localeCompare(order(b)))
    .map(({ manager, fields, time }) => ({
      manager: manager.name,
      operation: manager.operation,
      apiVersion: manager.apiVersion,
      ...(time !== undefined && { time }),
      fieldsType: "FieldsV1",
      fieldsV1: fields.toJson(),
      ...(manager.subresource !== "" && { subresource: manager.subresource }),
    }))
  return entries.length > 0 ? entries : undefined
}

function order({ manager, time }: Owned): string {
  return [manager.operation, time ?? "", manager.name, manager.apiVersion, manager.subresource].join("\n")
}

/** `"name" with subresource "status" using v1`, as conflicts name a manager. */
export function describeManager({ manager }: Owned): string {
  const subresource = manager.subresource === "" ? "" : ` with subresource ${JSON.stringify(manager.subresource)}`
  if (manager.operation === "Apply") return `${JSON.stringify(manager.name)}${subresource}`
  return `${JSON.stringify(manager.name)}${subresource} using ${manager.apiVersion}`
}
