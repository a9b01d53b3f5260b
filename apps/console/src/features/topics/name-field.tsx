"use client"
import { DraftInput } from "../../components/resource/draft-input.tsx"
import { Field } from "../../components/ui/field.tsx"
import { Select } from "../../components/ui/select.tsx"
import { getIn, nameTopic, readDraft, setInDraft, topicOf } from "./draft.ts"

export interface NameFieldProps {
  yaml: string
  onYaml: (yaml: string) => void
  error: string | undefined
  isLocked: boolean
  namespaces: readonly string[]
}

const legal = /^[a-zA-Z0-9._-]{1,249}$/

/** The topic's name; the resource gets the same one where it may, else one made of it. */
export function NameField({ yaml, onYaml, error, isLocked, namespaces }: NameFieldProps) {
  const draft = readDraft(yaml)
  const resource = draft.isReadable ? draft.resource : {}
  const topic = topicOf(resource)
  const resourceName = getIn(resource, ["metadata", "name"])
  const namespace = getIn(resource, ["metadata", "namespace"])
  const isIllegal = topic !== "" && (!legal.test(topic) || topic === "." || topic === "..")
  const problem = error ?? (isIllegal ? "Accepted: letters, digits, dots, underscores and dashes, 249 at most" : undefined)
  return (
    <>
      <div className="pt-3 pb-1.5 text-12 font-strong">Name</div>
      <Field
        label="Topic"
        {...(problem ? { error: problem } : {})}
        help={topic && topic !== resourceName ? `Its resource is called ${String(resourceName)}` : "It cannot be changed later"}
      >
        {(ids) => (
          <DraftInput
            {...ids}
            text={topic}
            isLocked={isLocked}
            tone={problem ? "bad" : "plain"}
            placeholder="orders.created"
            onText={(name) => onYaml(nameTopic(yaml, name.trim()))}
          />
        )}
      </Field>
      {namespaces.length > 1 ? (
        <Field label="Namespace" help="Where the resource is kept">
          {(ids) => (
            <Select
              {...ids}
              isLocked={isLocked}
              value={typeof namespace === "string" ? namespace : (namespaces[0] ?? "")}
              choices={namespaces.map((name) => [name, name] as const)}
              onChoose={(next) => onYaml(setInDraft(yaml, ["metadata", "namespace"], next))}
            />
          )}
        </Field>
      ) : null}
    </>
  )
}
