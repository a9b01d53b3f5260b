"use client"
// A form from the description that the server derives from a kind's schema. The form holds no value: it shows one and says what changes.
import type { FormField } from "@rivven/resources"
import { useState } from "react"
import { Button } from "../ui/button.tsx"
import { SchemaField } from "./schema-field.tsx"
import type { FormEdit, FormPath } from "./schema-types.ts"

export interface SchemaFormProps {
  fields: readonly FormField[]
  base: FormPath
  /** The object at `base`. */
  value: Readonly<Record<string, unknown>>
  /** What it was before the change, to say "was 7 d"; undefined for something new. */
  before?: Readonly<Record<string, unknown>> | undefined
  errors: ReadonlyMap<string, string>
  warnings: ReadonlyMap<string, string>
  /** Fields that somebody else owns, by path, with the owner in words. */
  owners?: ReadonlyMap<string, string>
  edit: FormEdit
  isLocked: boolean
}

export function SchemaForm(props: SchemaFormProps) {
  const { fields, value } = props
  const [isAdvanced, setAdvanced] = useState(false)
  const isShown = (field: FormField) => !field.isAdvanced || isAdvanced || value[field.name] !== undefined
  const groups = Map.groupBy(fields.filter(isShown), (field) => field.group ?? "Shape")
  const hidden = fields.filter((field) => field.isAdvanced && value[field.name] === undefined).length
  return (
    <div>
      {[...groups].map(([title, members]) => (
        <fieldset key={title} className="m-0 min-w-0 border-0 p-0">
          <legend className="pt-3 pb-1.5 text-12 font-strong">{title}</legend>
          {members.map((field) => (
            <SchemaField
              key={field.name}
              {...props}
              field={field}
              path={[...props.base, field.name]}
              value={value[field.name]}
              before={props.before?.[field.name]}
              isNew={props.before === undefined}
            />
          ))}
        </fieldset>
      ))}
      {hidden > 0 || isAdvanced ? (
        <Button kind="quiet" isSmall className="-ml-2" onClick={() => setAdvanced(!isAdvanced)} aria-expanded={isAdvanced}>
          {isAdvanced ? "Fewer settings" : `${hidden} more settings`}
        </Button>
      ) : null}
    </div>
  )
}
