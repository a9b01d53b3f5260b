"use client"
import { useMemo } from "react"
import { SchemaForm } from "../../components/resource/schema-form.tsx"
import { Banner } from "../../components/ui/banner.tsx"
import { Button } from "../../components/ui/button.tsx"
import { PageHead } from "../../components/ui/page-head.tsx"
import { Panel } from "../../components/ui/panel.tsx"
import type { JsonSchema } from "../../components/ui/yaml/completion.ts"
import { YamlEditor } from "../../components/ui/yaml-editor.tsx"
import { plural } from "../../format.ts"
import type { ResourceForm, ResourceView, TopicPlan } from "../../trpc/types.ts"
import { ChangePanel } from "./change-panel.tsx"
import { type Draft, getIn, readDraft, topicOf } from "./draft.ts"
import { EditCrumbs } from "./edit-crumbs.tsx"
import { EditSteps } from "./edit-steps.tsx"
import { NameField } from "./name-field.tsx"
import { lockedOwners, ownerMarks, ownersByPath } from "./owners.ts"
import { Profiles } from "./profiles.tsx"
import { type FieldError, schemaErrors } from "./schema-errors.ts"
import { useChange } from "./use-change.ts"
import { type Meanwhile, useDraft } from "./use-draft.ts"
import { yamlMessages } from "./yaml-messages.ts"

export interface EditFormProps {
  cluster: string
  /** Empty: a new topic. */
  topic: string
  form: ResourceForm
  /** The text that the edit starts from. */
  original: string
  /** What exists now; undefined for a new topic. */
  resource: ResourceView | undefined
}

/** Fields that have their own place on this page, or none yet: the topic's name and cluster are part of the address. */
const placed: readonly string[] = ["clusterRef", "topicName", "acls"]

/** What a broker knows: all that can be changed of a topic without a resource. */
const brokerFields: readonly string[] = ["partitions", "replicationFactor", "config"]

const none: Readonly<Record<string, unknown>> = {}

/** Form beside YAML over one value, and beside both what the change would do. */
export function EditForm(props: EditFormProps) {
  const { cluster, topic, original, resource } = props
  const isNew = topic === ""
  const draft = useDraft(original)
  const named = draft.draft.isReadable ? topicOf(draft.draft.resource) : ""
  const change = useChange({ kind: isNew ? "create" : "change", cluster, topic: isNew ? named : topic })
  const planErrors = change.plannedYaml === draft.yaml && change.plan ? change.plan.errors : noErrors
  const obstacle = obstacleOf({ draft: draft.draft, rejected: draft.rejected, named, isSame: !isNew && draft.yaml === draft.base })
  // A name that is still to be entered is no mistake; the plan says that it is needed.
  const isUnnamed = isNew && named === ""
  const wrong = useMemo(
    () =>
      (draft.draft.isReadable ? schemaErrors(props.form.jsonSchema, draft.draft.resource) : []).filter(
        ({ path }) => !(isUnnamed && path === "metadata.name"),
      ),
    [draft.draft, props.form.jsonSchema, isUnnamed],
  )
  const part = { ...props, ...draft, isNew, planErrors, wrong, isDone: change.applied !== undefined }
  return (
    <>
      <PageHead
        crumbs={<EditCrumbs cluster={cluster} topic={topic} />}
        title={isNew ? "Create topic" : "Edit"}
        actions={<EditSteps change={change} />}
      />
      <div className="mb-3 flex flex-col gap-2 empty:hidden">
        <EditBanner resource={resource} />
        {change.applied ? null : <MeanwhileBanner meanwhile={draft.meanwhile} onDismiss={draft.dismiss} />}
      </div>
      <div className="grid grid-cols-1 items-start gap-3 md:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_400px]">
        <div className="min-w-0 md:row-span-2 xl:row-span-1">
          <SettingsPanel {...part} />
        </div>
        <div className="min-w-0 md:order-3 xl:order-none">
          <YamlPanel {...part} />
        </div>
        <ChangePanel
          cluster={cluster}
          change={change}
          yaml={draft.yaml}
          obstacle={obstacle}
          onBack={() => {
            draft.dismiss()
            change.reset()
          }}
        />
      </div>
    </>
  )
}

type PartProps = EditFormProps &
  ReturnType<typeof useDraft> & { isNew: boolean; isDone: boolean; planErrors: TopicPlan["errors"]; wrong: readonly FieldError[] }

function SettingsPanel({ form, base, resource, yaml, setYaml, draft, edit, rejected, isNew, isDone, planErrors, wrong }: PartProps) {
  const before = useMemo(() => specOf(readDraft(base)), [base])
  const owners = useMemo(() => ownersByPath(resource?.owners ?? []), [resource])
  const errors = new Map([...[...wrong, ...planErrors].map(({ path, message }) => [path, message] as const), ...rejected])
  const spec = specOf(draft)
  return (
    <Panel
      isFlush
      hasRule
      title="Settings"
      label="Settings"
      aside={isNew ? <Profiles profiles={form.profiles} spec={spec ?? none} edit={edit} isLocked={isDone} /> : null}
    >
      <div className="px-3 pt-1 pb-3">
        {isNew ? (
          <NameField
            yaml={yaml}
            onYaml={setYaml}
            error={errors.get("metadata.name") ?? errors.get("spec.topicName")}
            isLocked={isDone}
            namespaces={form.namespaces}
          />
        ) : null}
        {spec ? (
          <SchemaForm
            fields={form.fields.filter(({ name }) =>
              resource && !resource.isManaged ? brokerFields.includes(name) : !placed.includes(name),
            )}
            base={specPath}
            value={spec}
            before={isNew ? undefined : before}
            errors={errors}
            warnings={noWarnings}
            owners={owners}
            edit={edit}
            isLocked={isDone}
          />
        ) : (
          <p className="py-3 text-12 text-dim">The form comes back when the YAML can be read again.</p>
        )}
      </div>
    </Panel>
  )
}

function YamlPanel({ form, base, resource, yaml, setYaml, draft, reset, rejected, isNew, isDone, planErrors, wrong }: PartProps) {
  const marks = useMemo(() => ownerMarks(resource?.owners ?? []), [resource])
  const messages = useMemo(() => yamlMessages(yaml, draft, [...wrong, ...planErrors]), [yaml, draft, wrong, planErrors])
  const refused = new Set([...[...wrong, ...planErrors].map(({ path }) => path), ...rejected.keys()]).size
  return (
    <Panel
      isFlush
      hasRule
      title="YAML"
      note="same value as the form"
      label="YAML"
      aside={
        <>
          {yaml === base || isDone ? null : (
            <Button kind="quiet" isSmall icon="undo" onClick={reset}>
              Undo all
            </Button>
          )}
          <Verdict draft={draft} refused={refused} />
        </>
      }
    >
      <YamlEditor
        label="YAML of the resource"
        value={yaml}
        {...(isDone ? {} : { onChange: setYaml })}
        {...(isNew ? {} : { original: base })}
        messages={messages}
        owners={marks}
        schema={form.jsonSchema as JsonSchema}
      />
    </Panel>
  )
}

/** "valid" only when nothing is known to be wrong, in the text, the form or the plan. */
function Verdict({ draft, refused }: { draft: Draft; refused: number }) {
  if (!draft.isReadable) return <span className="text-bad">line {draft.problem.line}</span>
  return <span className={refused > 0 ? "text-bad" : "text-ok"}>{refused > 0 ? `${plural(refused, "field")} rejected` : "valid"}</span>
}

const specPath = ["spec"] as const
const noErrors: TopicPlan["errors"] = []
const noWarnings: ReadonlyMap<string, string> = new Map()

function specOf(draft: Draft): Readonly<Record<string, unknown>> | undefined {
  if (!draft.isReadable) return undefined
  const spec = getIn(draft.resource, ["spec"])
  return spec && typeof spec === "object" ? (spec as Record<string, unknown>) : none
}

/** Why no plan can be asked for yet. */
function obstacleOf({
  draft,
  rejected,
  named,
  isSame,
}: {
  draft: Draft
  rejected: ReadonlyMap<string, string>
  named: string
  isSame: boolean
}): string | undefined {
  if (!draft.isReadable) return `The YAML cannot be read: ${draft.problem.message} (line ${draft.problem.line}).`
  const [path] = rejected.keys()
  if (path) return `${path} is not a value yet.`
  if (named === "") return "The topic needs a name."
  return isSame ? "Change something in the form or the YAML, then plan." : undefined
}

/** Who else owns fields of this resource, or that there is none. */
function EditBanner({ resource }: { resource: ResourceView | undefined }) {
  if (!resource) return null
  if (!resource.isManaged) {
    return (
      <Banner status="info" claim="No resource manages this topic.">
        What you change is written to the broker directly. Adopt the topic to manage it with a resource.
      </Banner>
    )
  }
  const others = lockedOwners(resource.owners)
  const [other] = others
  return other ? (
    <Banner status="info" claim={`${other.owner} owns ${plural(others.length, "field")} of this topic.`}>
      They are locked here, and never taken over by force. Change them where they come from.
    </Banner>
  ) : null
}

/** Somebody else changed the same topic while it was edited here. */
function MeanwhileBanner({ meanwhile, onDismiss }: { meanwhile: Meanwhile; onDismiss: () => void }) {
  const { taken, kept } = meanwhile
  if (taken.length === 0 && kept.length === 0) return null
  return (
    <Banner
      status={kept.length > 0 ? "warn" : "info"}
      claim="Changed meanwhile."
      actions={
        <Button isSmall onClick={onDismiss}>
          Got it
        </Button>
      }
    >
      {taken.length > 0 ? `Your draft follows the new value of ${listed(taken)}. ` : ""}
      {kept.length > 0 ? `You both changed ${listed(kept)}: the plan would replace the other value by yours.` : ""}
    </Banner>
  )
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 4).map((path) => path.replace(/^spec\./, ""))
  return paths.length > 4 ? `${shown.join(", ")} and ${paths.length - 4} more` : shown.join(", ")
}
