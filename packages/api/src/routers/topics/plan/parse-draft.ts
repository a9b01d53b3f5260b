// A draft, as YAML or as the form's value, becomes a checked RivvenTopic of this cluster and topic. What is missing of its identity is filled in;
// what contradicts it is an error that names the field.
import { apiVersion, type RivvenTopic, topicConfigKeys, validateTopic } from "@rivven/resources"
import { parseDocument } from "yaml"
import type { ClusterResource, TopicObject } from "../../../sources/kube/objects.ts"
import { isRecord } from "../../../sources/kube/ownership.ts"
import type { FieldErrorView } from "../../../view-model.ts"
import type { Draft } from "../plan-schema.ts"

export interface DraftContext {
  cluster: ClusterResource
  topic: string
  /** The resource that is changed; undefined for a new one. */
  existing: TopicObject | undefined
  defaultNamespace: string
}

export interface ParsedDraft {
  /** With every default filled in. */
  resource: RivvenTopic
  /** As it was given, with its identity filled in: only what somebody wrote. */
  given: GivenTopic
}

export interface GivenTopic {
  apiVersion: string
  kind: "RivvenTopic"
  metadata: { name: string; namespace: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: Record<string, unknown>
}

export type DraftResult = { ok: true; value: ParsedDraft } | { ok: false; errors: FieldErrorView[] }

export function parseDraft(draft: Draft, context: DraftContext): DraftResult {
  const read = "yaml" in draft ? readYaml(draft.yaml) : { ok: true as const, value: draft.resource }
  if (!read.ok) return read
  const identified = identify(read.value, context)
  if (!identified.ok) return identified
  const previous = context.existing as RivvenTopic | undefined
  const checked = validateTopic(identified.value, { previous, unknownFields: "error" })
  if (!checked.ok) return { ok: false, errors: checked.errors.map((error) => viewError(error, identified.value.spec, previous)) }
  return { ok: true, value: { resource: checked.value, given: identified.value } }
}

/** Of a rule the kind says what it says for every topic; what it means for this one is said here. */
function viewError(
  { field, message, accepted }: { field: string; message: string; accepted: string },
  { partitions, config }: Record<string, unknown>,
  previous: RivvenTopic | undefined,
): FieldErrorView {
  const before = previous?.spec.partitions
  if (
    field === "spec.partitions" &&
    Number.isInteger(partitions) &&
    Number(partitions) >= 1 &&
    before !== undefined &&
    Number(partitions) < before
  )
    return { path: field, message, accepted: `at least ${before}` }
  const custom = isRecord(config) && isRecord(config.custom) ? config.custom : {}
  const own = Object.entries(topicConfigKeys).filter(([, key]) => Object.hasOwn(custom, key))
  if (field !== "spec.config.custom" || own.length === 0) return { path: field, message, accepted }
  const keys = own.map(([, key]) => key).join(", ")
  const fields = own.map(([name]) => `spec.config.${name}`).join(", ")
  return { path: field, message: `${keys}: not here, because there is a field for it`, accepted: `the same in ${fields}` }
}

type ReadResult<T> = { ok: true; value: T } | { ok: false; errors: FieldErrorView[] }

function readYaml(text: string): ReadResult<unknown> {
  const document = parseDocument(text, { prettyErrors: true, version: "1.2" })
  const errors = document.errors.map(({ message, linePos }) =>
    wrong("", `line ${linePos?.[0].line ?? 1}: ${message.split("\n", 1)[0]}`, "YAML of one RivvenTopic"),
  )
  if (errors.length > 0) return { ok: false, errors }
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: 100 }) as unknown }
  } catch (error) {
    // More aliases than any resource needs.
    return { ok: false, errors: [wrong("", error instanceof Error ? error.message : String(error), "YAML with fewer aliases")] }
  }
}

function identify(value: unknown, context: DraftContext): ReadResult<GivenTopic> {
  if (!isRecord(value)) return { ok: false, errors: [wrong("", "this is no resource", "a mapping with metadata and spec")] }
  const { metadata = {}, spec = {} } = value
  if (!isRecord(metadata)) return { ok: false, errors: [wrong("metadata", "is no mapping", "a mapping with name and namespace")] }
  if (!isRecord(spec)) return { ok: false, errors: [wrong("spec", "is no mapping", "a mapping")] }
  const name =
    metadata.name === undefined || metadata.name === "" ? (context.existing?.metadata.name ?? resourceNameOf(context.topic)) : metadata.name
  const namespace = metadata.namespace ?? context.existing?.metadata.namespace ?? context.cluster.namespace
  const errors = [...identityErrors(value, { name, namespace, context }), ...targetErrors(spec, name, context)]
  if (errors.length > 0 || typeof name !== "string" || typeof namespace !== "string") return { ok: false, errors }
  const given: GivenTopic = {
    apiVersion,
    kind: "RivvenTopic",
    metadata: { name, namespace, ...textMaps(metadata) },
    spec: {
      clusterRef: clusterRefOf(context, namespace),
      ...(name === context.topic ? {} : { topicName: context.topic }),
      ...spec,
    },
  }
  return { ok: true, value: given }
}

function textMaps({ labels, annotations }: Record<string, unknown>): Pick<GivenTopic["metadata"], "labels" | "annotations"> {
  const asTexts = (value: unknown): Record<string, string> | undefined =>
    isRecord(value)
      ? Object.fromEntries(Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === "string"))
      : undefined
  const [labelMap, annotationMap] = [asTexts(labels), asTexts(annotations)]
  return { ...(labelMap && { labels: labelMap }), ...(annotationMap && { annotations: annotationMap }) }
}

interface Identity {
  name: unknown
  namespace: unknown
  context: DraftContext
}

function identityErrors(value: Record<string, unknown>, { name, namespace, context }: Identity): FieldErrorView[] {
  const errors: FieldErrorView[] = []
  if (value.apiVersion !== undefined && value.apiVersion !== apiVersion)
    errors.push(wrong("apiVersion", `${show(value.apiVersion)} is not accepted`, apiVersion))
  if (value.kind !== undefined && value.kind !== "RivvenTopic")
    errors.push(wrong("kind", `${show(value.kind)} is not accepted`, "RivvenTopic"))
  if (typeof name !== "string") errors.push(wrong("metadata.name", `${show(name)} is not accepted`, "a text"))
  if (typeof namespace !== "string") errors.push(wrong("metadata.namespace", `${show(namespace)} is not accepted`, "a text"))
  const metadata = context.existing?.metadata
  if (metadata && name !== metadata.name) errors.push(wrong("metadata.name", "the name of a resource cannot change", metadata.name))
  if (metadata && namespace !== metadata.namespace)
    errors.push(wrong("metadata.namespace", "the namespace of a resource cannot change", metadata.namespace ?? ""))
  return errors
}

/** The draft must be about the topic and cluster that the request names: they are what was authorised. */
function targetErrors(spec: Record<string, unknown>, name: unknown, { topic, cluster, existing }: DraftContext): FieldErrorView[] {
  const errors: FieldErrorView[] = []
  const topicName = spec.topicName ?? (existing || name === topic ? name : topic)
  if (topicName !== topic && !(existing && existing.spec.topicName === undefined && spec.topicName === undefined))
    errors.push(wrong("spec.topicName", `the resource names the topic ${show(topicName)}`, topic))
  const ref = spec.clusterRef
  if (ref !== undefined && (!isRecord(ref) || ref.name !== cluster.object.metadata.name))
    errors.push(wrong("spec.clusterRef.name", `${show(isRecord(ref) ? ref.name : ref)} is another cluster`, cluster.object.metadata.name))
  return errors
}

function clusterRefOf({ cluster }: DraftContext, namespace: string): { name: string; namespace?: string } {
  const { name } = cluster.object.metadata
  return namespace === cluster.namespace ? { name } : { name, namespace: cluster.namespace }
}

/** A name that Kubernetes takes: `Orders_EU.v1` → `orders-eu.v1`. */
export function resourceNameOf(topic: string): string {
  const name = topic
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, "-")
    .replace(/\.{2,}/g, ".")
    .replace(/[-.]*\.[-.]*/g, ".")
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "")
  return name.slice(0, 253).replace(/[^a-z0-9]+$/, "") || "topic"
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : value === undefined ? "nothing" : typeof value
}

function wrong(path: string, message: string, accepted: string): FieldErrorView {
  return { path, message, accepted }
}
