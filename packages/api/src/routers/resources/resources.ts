import { apiVersion, kinds, toFormFields } from "@rivven/resources"
import { fieldName, toCrdSchema } from "@rivven/resources/kit"
import { stringify } from "yaml"
import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { ApiError } from "../../errors.ts"
import { type ClusterAccess, findCluster, needBroker } from "../../sources/cluster.ts"
import { epochOf, type TopicResource, viewConditions } from "../../sources/kube/objects.ts"
import { consoleManager, managerWords, ownersOf } from "../../sources/kube/ownership.ts"
import { observeTopic } from "../topics/plan/observed.ts"
import { previewResource } from "../topics/plan/preview.ts"
import { topicProfiles } from "./profiles.ts"
import type * as schema from "./schema.ts"

type FormInput = z.output<typeof schema.formInput>
type GetInput = z.output<typeof schema.getInput>

export async function describeForm(ctx: Context, { kind, cluster }: FormInput): Promise<z.output<typeof schema.form>> {
  const { resource, degraded } = await findCluster(ctx.deps, cluster)
  const { description, properties, required } = toCrdSchema(kinds.topic.schema)
  const template = {
    apiVersion,
    kind,
    metadata: { name: "", namespace: resource.namespace },
    spec: { clusterRef: { name: resource.object.metadata.name }, partitions: 3, config: { retentionMs: 604_800_000 } },
  }
  return new EnvelopeBuilder(ctx.deps.clock.wall()).lacks(...degraded).answer({
    kind,
    fields: toFormFields(kinds.topic.schema.shape.spec),
    jsonSchema: { type: "object", description, properties, required },
    template: { resource: template, yaml: stringify(template) },
    namespaces: [resource.namespace],
    profiles: topicProfiles,
  })
}

export async function getResource(ctx: Context, { cluster, topic }: GetInput): Promise<z.output<typeof schema.get>> {
  const access = await findCluster(ctx.deps, cluster)
  const resource = ctx.deps.resources.topic(cluster, topic)
  const { asOf } = ctx.deps.resources.freshness()
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall()).used(asOf).lacks(...access.degraded)
  return builder.answer(resource ? viewManaged(resource) : await viewUnmanaged(access, topic))
}

type ResourceData = z.output<typeof schema.get>["data"]

/** Written by machines; an edit does not start from them. */
const machineAnnotation = /^kubectl\.kubernetes\.io\//

function viewManaged({ namespace, name, object }: TopicResource): ResourceData {
  const { metadata, spec, status } = object
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !machineAnnotation.test(key))
  const resource = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      namespace,
      ...(metadata.labels && Object.keys(metadata.labels).length > 0 && { labels: metadata.labels }),
      ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
    },
    spec,
  }
  return {
    isManaged: true,
    namespace,
    name,
    resourceVersion: metadata.resourceVersion ?? null,
    generation: metadata.generation ?? null,
    resource,
    yaml: stringify(resource),
    fullYaml: stringify(object),
    owners: ownersOf(metadata.managedFields)
      .filter(({ path }) => path[0] === "spec" || path[1] === "labels" || path[1] === "annotations")
      .map(({ path, manager, time }) => ({
        path: fieldName(path),
        manager,
        owner: managerWords(manager),
        isOurs: manager === consoleManager,
        changedAt: epochOf(time),
      })),
    conditions: viewConditions(status?.conditions),
  }
}

async function viewUnmanaged(access: ClusterAccess, topic: string): Promise<ResourceData> {
  const observed = await observeTopic(needBroker(access), topic, null)
  if (!observed.topic)
    throw new ApiError("NOT_FOUND", `the cluster ${access.name} has no topic ${topic}, and no resource names it`, { path: "topic" })
  const resource = previewResource(observed, { cluster: access.resource, topic })
  const yaml = stringify(resource)
  const { namespace, name } = resource.metadata
  return {
    isManaged: false,
    namespace,
    name,
    resourceVersion: null,
    generation: null,
    resource: { ...resource },
    yaml,
    fullYaml: yaml,
    owners: [],
    conditions: [],
  }
}
