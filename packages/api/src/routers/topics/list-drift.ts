import type { ConfigEntry } from "@rivven/client"
import { topicConfigKeys } from "@rivven/resources"
import type { z } from "zod"
import type { Context } from "../../context.ts"
import { type Cell, EnvelopeBuilder } from "../../envelope.ts"
import { configValue } from "../../sources/broker/topic-configs.ts"
import type { TopicObject } from "../../sources/kube/objects.ts"
import { managerWords, ownersAt, ownersOf } from "../../sources/kube/ownership.ts"
import { configWords } from "./config-words.ts"
import { fieldLabel } from "./plan/fields.ts"
import type * as schema from "./schema.ts"
import { gatherTopics } from "./topic-facts.ts"

type DriftRow = z.output<typeof schema.driftRow>

/** What the resource says beside what the broker has now: read here, not taken from the operator's last look. */
export async function listDrift(
  ctx: Context,
  { cluster, topic }: z.output<typeof schema.topicInput>,
): Promise<z.output<typeof schema.drift>> {
  const facts = await gatherTopics(ctx, cluster, topic)
  const builder = new EnvelopeBuilder(ctx.deps.clock.wall()).used(facts.asOf).lacks(...facts.degraded)
  const resource = facts.resources.get(topic)
  if (!resource) return builder.answer({ rows: [], isManaged: false })
  const listing = facts.listings.get(topic)
  const configs =
    listing && facts.broker ? (await facts.broker.configs.read([topic], { maxAgeMs: 5_000, priority: "page" })).get(topic) : undefined
  const observedText = (value: number | undefined): Cell<string> => (value === undefined ? { missing: "NOT_READ" } : String(value))
  const rows = [
    shapeDrift(resource.object, { field: "partitions", observed: observedText(listing?.partitionCount) }),
    shapeDrift(resource.object, { field: "replicationFactor", observed: observedText(listing?.replicationFactor) }),
    ...configDrift(resource.object, configs?.entries),
  ]
  return builder.answer({ rows: rows.filter((row) => row !== undefined), isManaged: true })
}

interface Shape {
  field: "partitions" | "replicationFactor"
  observed: Cell<string>
}

function shapeDrift(object: TopicObject, { field, observed }: Shape): DriftRow | undefined {
  const desired = object.spec[field]
  if (desired === undefined || String(desired) === observed) return undefined
  return {
    field: `spec.${field}`,
    label: fieldLabel(["spec", field]),
    desired: String(desired),
    observed,
    owner: ownerOf(object, ["spec", field]),
  }
}

function configDrift(object: TopicObject, entries: readonly ConfigEntry[] | undefined): DriftRow[] {
  const { custom = {}, ...dedicated } = object.spec.config
  const wanted = [
    ...Object.entries(dedicated).map(([field, value]) => ({
      path: ["spec", "config", field],
      key: topicConfigKeys[field as keyof typeof topicConfigKeys],
      value: String(value),
    })),
    ...Object.entries(custom).map(([key, value]) => ({ path: ["spec", "config", "custom", key], key, value })),
  ]
  return wanted.flatMap(({ path, key, value }): DriftRow[] => {
    const observed = configValue(entries, key)
    if (observed === value) return []
    return [
      {
        field: path.join("."),
        label: fieldLabel(path),
        desired: configWords(key, value),
        observed: observed === undefined ? { missing: "NOT_READ" } : configWords(key, observed),
        owner: ownerOf(object, path),
      },
    ]
  })
}

function ownerOf({ metadata }: TopicObject, path: readonly string[]): string | null {
  const [owner] = ownersAt(ownersOf(metadata.managedFields), path)
  return owner ? managerWords(owner.manager) : null
}
