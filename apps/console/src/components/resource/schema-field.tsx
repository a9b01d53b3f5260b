"use client"
import type { FormField } from "@rivven/resources"
import { Checkbox } from "../ui/checkbox.tsx"
import { Field, type InputTone } from "../ui/field.tsx"
import { Select } from "../ui/select.tsx"
import { DraftInput } from "./draft-input.tsx"
import { duration, type Quantity, size } from "./quantity.ts"
import { ListField, MapField, ObjectField } from "./schema-nested.tsx"
import { pathText, type SchemaFieldProps } from "./schema-types.ts"

/** One switch over the kinds of field; all of it follows from the schema. */
export function SchemaField(props: SchemaFieldProps) {
  const { field } = props
  switch (field.kind) {
    case "object":
      return <ObjectField {...props} field={field} Nested={SchemaField} />
    case "list":
      return <ListField {...props} field={field} Nested={SchemaField} />
    case "map":
      return <MapField {...props} field={field} Nested={SchemaField} />
    case "boolean":
      return <BooleanField {...props} />
    case "select":
      return <SelectField {...props} options={field.options} />
    case "freeform":
      return null
    case "text":
    case "number":
    case "int-or-string":
      return <TextField {...props} />
  }
}

const quantities: Partial<Record<NonNullable<FormField["widget"]>, Quantity>> = { "duration-ms": duration, bytes: size }

function scalarText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value)
}

/** How a scalar value stands in its field. */
export function valueText(field: FormField, value: unknown): string {
  if (value === undefined || value === null) return ""
  const quantity = field.widget && quantities[field.widget]
  return quantity && typeof value === "number" ? quantity.format(value) : scalarText(value)
}

function readNumber(field: FormField & { kind: "number" }, text: string): number | null {
  const quantity = field.widget && quantities[field.widget]
  if (quantity) return quantity.parse(text)
  if (!/^-?\d+(\.\d+)?$/.test(text.trim())) return null
  const value = Number(text)
  return field.isInteger && !Number.isSafeInteger(value) ? null : value
}

/** The value a field's text stands for, or what is accepted instead. */
export function readText(field: FormField, text: string): { value: unknown } | { error: string } {
  if (text.trim() === "") return field.isRequired ? { error: `Needed: ${field.accepted}` } : { value: undefined }
  switch (field.kind) {
    case "number":
      return readNumberText(field, text)
    case "text":
      return matches(field, text) ? { value: text } : { error: `Accepted: ${field.accepted}` }
    default:
      return { value: field.kind === "int-or-string" && /^\d+$/.test(text) ? Number(text) : text }
  }
}

function readNumberText(field: FormField & { kind: "number" }, text: string): { value: number } | { error: string } {
  const value = readNumber(field, text)
  if (value === null) return { error: `Not ${(field.widget && quantities[field.widget]?.accepted) ?? field.accepted}` }
  const isInside = value >= (field.min ?? Number.NEGATIVE_INFINITY) && value <= (field.max ?? Number.POSITIVE_INFINITY)
  return isInside ? { value } : { error: `Accepted: ${field.accepted}` }
}

function matches(field: FormField & { kind: "text" }, text: string): boolean {
  if (text.length < (field.minLength ?? 0) || text.length > (field.maxLength ?? Number.POSITIVE_INFINITY)) return false
  return field.patterns.every((pattern) => new RegExp(pattern, "u").test(text))
}

interface FieldNotes {
  error: string | undefined
  warning: string | undefined
  help: string | undefined
  suffix: string | undefined
  tone: InputTone
  isFixed: boolean
}

/** What is said below and inside a field, and in which colour. */
function notesOf(props: SchemaFieldProps): FieldNotes {
  const { field, path, errors, warnings, isNew, isLocked } = props
  const at = pathText(path)
  const error = errors.get(at)
  const warning = warnings.get(at)
  const owner = props.owners?.get(at)
  const isFixed = isLocked || owner !== undefined || (field.isImmutable && !isNew)
  const exact = exactText(props)
  return {
    error,
    warning: warning && exact ? `${exact}. ${warning}` : warning,
    help: fixedWords({ isFixed, isLocked, owner }) ?? exact,
    suffix: suffixOf(props),
    tone: error ? "bad" : warning ? "warn" : "plain",
    isFixed,
  }
}

/** Why a field cannot be changed here; undefined when it can, or when the whole form is closed. */
function fixedWords({ isFixed, isLocked, owner }: { isFixed: boolean; isLocked: boolean; owner: string | undefined }): string | undefined {
  if (owner) return `Owned by ${owner}`
  return isFixed && !isLocked ? "Set once, when the resource is created" : undefined
}

function exactText({ field, value }: SchemaFieldProps): string | undefined {
  const quantity = field.widget && quantities[field.widget]
  return quantity && typeof value === "number" ? quantity.exact(value) : undefined
}

/** "was 7 d" beside a changed value, "default" where nothing is set. */
function suffixOf({ field, value, before, isNew }: SchemaFieldProps): string | undefined {
  const was = before ?? field.defaultValue
  const isChanged = !isNew && JSON.stringify(value ?? field.defaultValue) !== JSON.stringify(was)
  if (isChanged && was !== undefined) return `was ${valueText(field, was)}`
  return value === undefined && field.defaultValue !== undefined ? "default" : undefined
}

function TextField(props: SchemaFieldProps) {
  const { field, path, value, edit } = props
  const { error, tone, isFixed, warning, help, suffix } = notesOf(props)
  const fallback = field.defaultValue === undefined ? (field.placeholder ?? "") : valueText(field, field.defaultValue)
  return (
    <Field label={field.label} about={field.help} help={help} {...(error ? { error } : {})} warning={warning}>
      {(ids) => (
        <DraftInput
          {...ids}
          tone={tone}
          isLocked={isFixed}
          suffix={suffix}
          placeholder={fallback}
          text={valueText(field, value)}
          onText={(text) => {
            const result = readText(field, text)
            if ("error" in result) edit.reject(path, result.error)
            else {
              edit.reject(path, null)
              edit.set(path, result.value)
            }
          }}
        />
      )}
    </Field>
  )
}

function SelectField({ options, ...props }: SchemaFieldProps & { options: readonly (string | number)[] }) {
  const { field, path, value, edit } = props
  const { error, isFixed, warning, help, suffix } = notesOf(props)
  const shown = scalarText(value ?? field.defaultValue ?? "")
  return (
    <Field
      label={field.label}
      about={field.help}
      help={help ?? (suffix === "default" ? undefined : suffix)}
      {...(error ? { error } : {})}
      warning={warning}
    >
      {(ids) => (
        <Select
          {...ids}
          value={shown}
          isLocked={isFixed}
          choices={options.map((option) => [String(option), String(option)] as const)}
          onChoose={(text) =>
            edit.set(
              path,
              options.find((option) => String(option) === text),
            )
          }
        />
      )}
    </Field>
  )
}

function BooleanField(props: SchemaFieldProps) {
  const { field, path, value, edit } = props
  const { isFixed, error, help } = notesOf(props)
  return (
    <div className="mb-[7px] pl-[120px]">
      <Checkbox isOn={(value ?? field.defaultValue) === true} isDisabled={isFixed} onChange={(isOn) => edit.set(path, isOn)}>
        {field.label}
      </Checkbox>
      <p className={error ? "mt-0.5 text-12 text-bad" : "mt-0.5 text-12 text-dim"}>{error ?? help ?? field.help}</p>
    </div>
  )
}
