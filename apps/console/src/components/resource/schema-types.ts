import type { FormField } from "@rivven/resources"
import type { FunctionComponent } from "react"

export type FormPath = readonly (string | number)[]

/** "spec.acls[0].principal": how the server spells a path, and how errors find their field. */
export function pathText(path: FormPath): string {
  return path.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : text ? `${text}.${part}` : part), "")
}

export interface FormEdit {
  /** `undefined` removes the field, so that its default holds. */
  set: (path: FormPath, value: unknown) => void
  /** Text that is not a value yet; `null` when it became one. */
  reject: (path: FormPath, message: string | null) => void
}

export interface SchemaFieldProps {
  field: FormField
  path: FormPath
  value: unknown
  before: unknown
  errors: ReadonlyMap<string, string>
  warnings: ReadonlyMap<string, string>
  owners?: ReadonlyMap<string, string>
  edit: FormEdit
  isLocked: boolean
  /** Nothing exists yet: fields that are set once are open. */
  isNew: boolean
}

/** A field whose fields are fields: it is given the component that draws them. */
export type NestedProps<K extends FormField["kind"]> = Omit<SchemaFieldProps, "field"> & {
  field: FormField & { kind: K }
  Nested: FunctionComponent<SchemaFieldProps>
}
