"use client"
import { useState } from "react"
import { Button, IconButton } from "../ui/button.tsx"
import { Input } from "../ui/field.tsx"
import { type NestedProps, pathText } from "./schema-types.ts"

const asObject = (value: unknown): Record<string, unknown> =>
  value && typeof value === "object" && !Array.isArray(value) ? { ...value } : {}

/** The members of an object, under its name when it stands inside another section. */
export function ObjectField(props: NestedProps<"object">) {
  const { field, path, value, before, Nested } = props
  const [isAdvanced, setAdvanced] = useState(false)
  const own = asObject(value)
  const members = field.fields.filter((member) => !member.isAdvanced || isAdvanced || own[member.name] !== undefined)
  const hidden = field.fields.length - members.length
  return (
    <>
      {members.map((member) => (
        <Nested
          key={member.name}
          {...props}
          field={member}
          path={[...path, member.name]}
          value={own[member.name]}
          before={asObject(before)[member.name]}
        />
      ))}
      {hidden > 0 || isAdvanced ? (
        <Button kind="quiet" isSmall onClick={() => setAdvanced(!isAdvanced)} aria-expanded={isAdvanced} className="ml-28">
          {isAdvanced ? "Fewer settings" : hidden === 1 ? "1 more setting" : `${hidden} more settings`}
        </Button>
      ) : null}
    </>
  )
}

/** Items one below the other; each may be removed, another added. */
export function ListField(props: NestedProps<"list">) {
  const { field, path, value, edit, isLocked, errors, Nested } = props
  const items = Array.isArray(value) ? value : []
  const error = errors.get(pathText(path))
  return (
    <fieldset className="m-0 mb-[7px] border-0 p-0" aria-label={field.label}>
      <div className="flex min-h-7 items-center gap-2">
        <span className="text-soft">{field.label}</span>
        <Button
          isSmall
          icon="plus"
          className="ml-auto"
          disabled={isLocked || items.length >= (field.maxItems ?? 1000)}
          onClick={() => edit.set(path, [...items, field.item.kind === "object" ? {} : ""])}
        >
          Add
        </Button>
      </div>
      {field.help || error ? <p className={error ? "mb-1 text-12 text-bad" : "mb-1 text-12 text-dim"}>{error ?? field.help}</p> : null}
      {items.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: items have no identity but their place
        <div key={at} className="mb-1.5 flex items-start gap-1 border-l-2 border-line pl-2">
          <div className="min-w-0 flex-1">
            <Nested
              {...props}
              field={{ ...field.item, label: field.item.label || `${at + 1}` }}
              path={[...path, at]}
              value={item}
              before={undefined}
              isNew
            />
          </div>
          <IconButton
            icon="trash"
            label={`Remove item ${at + 1}`}
            disabled={isLocked}
            onClick={() =>
              edit.set(
                path,
                items.filter((_, other) => other !== at),
              )
            }
          />
        </div>
      ))}
    </fieldset>
  )
}

/** Names and values side by side. */
export function MapField({ field, path, value, edit, isLocked, errors }: NestedProps<"map">) {
  const entries = Object.entries(asObject(value))
  const error = errors.get(pathText(path))
  const write = (next: readonly (readonly [string, unknown])[]) => edit.set(path, next.length === 0 ? undefined : Object.fromEntries(next))
  return (
    <fieldset className="m-0 mb-[7px] border-0 p-0" aria-label={field.label}>
      <div className="flex min-h-7 items-center gap-2">
        <span className="text-soft">{field.label}</span>
        <Button
          isSmall
          icon="plus"
          className="ml-auto"
          disabled={isLocked || entries.some(([name]) => name === "")}
          onClick={() => write([...entries, ["", ""]])}
        >
          Add
        </Button>
      </div>
      {field.help || error ? <p className={error ? "mb-1 text-12 text-bad" : "mb-1 text-12 text-dim"}>{error ?? field.help}</p> : null}
      {entries.map(([name, item], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the name is what is being typed
        <div key={at} className="mb-1 grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_28px] gap-1">
          <Input
            aria-label={`${field.label}, name ${at + 1}`}
            isLocked={isLocked}
            value={name}
            onChange={(event) => write(entries.with(at, [event.currentTarget.value, item]))}
          />
          <Input
            aria-label={`${field.label}, value of ${name || at + 1}`}
            isLocked={isLocked}
            value={String(item)}
            onChange={(event) => write(entries.with(at, [name, event.currentTarget.value]))}
          />
          <IconButton
            icon="trash"
            label={`Remove ${name || "entry"}`}
            disabled={isLocked}
            onClick={() => write(entries.filter((_, other) => other !== at))}
          />
        </div>
      ))}
    </fieldset>
  )
}
