"use client"
import type { FormField } from "@rivven/resources"
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { SchemaField } from "../../components/resource/schema-field.tsx"
import type { FormPath } from "../../components/resource/schema-types.ts"
import { Drawer } from "../../components/ui/dialog.tsx"
import { KeyValue } from "../../components/ui/key-value.tsx"
import { StatusShape } from "../../components/ui/status-shape.tsx"
import { useTRPC } from "../../trpc/client.ts"
import type { ConfigRow } from "../../trpc/types.ts"
import { ChangePanel } from "./change-panel.tsx"
import { sourceWords } from "./config-sources.ts"
import { getIn, readDraft, setInDraft } from "./draft.ts"
import { ownersByPath } from "./owners.ts"
import { useChange } from "./use-change.ts"
import { useResource } from "./yaml-tab.tsx"

export interface ConfigDrawerProps {
  cluster: string
  topic: string
  row: ConfigRow
  isEditable: boolean
  onClose: () => void
}

/** What a config means, where its value comes from, and one field to change it, through a plan as every change. */
export default function ConfigDrawer({ cluster, topic, row, isEditable, onClose }: ConfigDrawerProps) {
  return (
    <Drawer isOpen onClose={onClose} title={row.name}>
      <p className="text-soft">{row.documentation || "No description."}</p>
      {row.risk ? (
        <p className="mt-2 flex gap-2 text-12">
          <StatusShape status="warn" className="mt-[3px]" /> {row.risk}
        </p>
      ) : null}
      <div className="my-3 border-y border-grid py-2.5">
        <KeyValue
          items={[
            ["Value", row.isSensitive ? "hidden" : row.valueText || "empty"],
            ...(row.value !== null && row.value !== row.valueText ? [["Exactly", row.value] as const] : []),
            ["Comes from", sourceWords[row.source]],
            ["Type", row.type],
            ...row.synonyms
              .filter(({ source }) => source !== row.source)
              .map(({ value, source }) => [`Without it, ${sourceWords[source]}`, value ?? "hidden"] as const),
          ]}
        />
      </div>
      <Editing cluster={cluster} topic={topic} row={row} isEditable={isEditable} />
    </Drawer>
  )
}

function Editing({ cluster, topic, row, isEditable }: Omit<ConfigDrawerProps, "onClose">) {
  if (row.isReadOnly) return <p className="text-12 text-dim">The broker does not let it be changed.</p>
  if (!row.field)
    return <p className="text-12 text-dim">This version of the console cannot change it; `config.custom` of the resource can.</p>
  if (!isEditable) return <p className="text-12 text-dim">Changing it needs the permission topic:alter.</p>
  return <FieldChange cluster={cluster} topic={topic} path={row.field.split(".")} />
}

/** Field of the form at a path below spec. */
export function fieldAt(fields: readonly FormField[], path: FormPath): FormField | undefined {
  const [name, ...rest] = path
  const field = fields.find((each) => each.name === name)
  return rest.length === 0 ? field : field?.kind === "object" ? fieldAt(field.fields, rest) : undefined
}

function FieldChange({ cluster, topic, path }: { cluster: string; topic: string; path: string[] }) {
  const trpc = useTRPC()
  const form = useQuery(trpc.resources.form.queryOptions({ kind: "RivvenTopic", cluster }))
  const resource = useResource(cluster, topic)
  const change = useChange({ kind: "change", cluster, topic })
  const [edit, setEdit] = useState<{ value: unknown } | null>(null)
  const [rejected, setRejected] = useState<string | null>(null)
  const original = resource.data?.data.yaml.trimEnd()
  const field = form.data && fieldAt(form.data.data.fields, path.slice(1))
  if (!original || !field)
    return <p className="text-12 text-dim">{form.error || resource.error ? "What is needed to change it could not be read." : ""}</p>
  const draft = readDraft(original)
  const before = draft.isReadable ? getIn(draft.resource, path) : undefined
  const value = edit ? edit.value : before
  const yaml = edit ? setInDraft(original, path, edit.value) : original
  const owner = ownersByPath(resource.data?.data.owners ?? []).get(path.join("."))
  return (
    <>
      <SchemaField
        field={{ ...field, label: "New value" }}
        path={path}
        value={value}
        before={before}
        isNew={false}
        isLocked={owner !== undefined || change.applied !== undefined}
        errors={new Map(rejected ? [[path.join("."), rejected]] : [])}
        warnings={new Map()}
        edit={{ set: (_, next) => setEdit({ value: next }), reject: (_, message) => setRejected(message) }}
      />
      {owner ? <p className="mb-2 text-12 text-dim">Owned by {owner}: change it there.</p> : null}
      <ChangePanel
        cluster={cluster}
        change={change}
        yaml={yaml}
        obstacle={rejected ?? (edit === null ? "Enter another value to plan the change." : undefined)}
        onBack={() => {
          change.reset()
          setEdit(null)
        }}
      />
    </>
  )
}
