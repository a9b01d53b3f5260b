// What is there before anybody writes: the namespace `default`, the definitions of the kinds, and stored objects in today's schema.
import { KubeError } from "../../errors.ts"
import type { AnyObject } from "../../object.ts"
import type { Crd } from "../kinds/crd.ts"
import { fillDefaults } from "../schema/defaults.ts"
import { isEqual } from "../schema/equal.ts"
import { prune } from "../schema/unknown.ts"
import { nowText } from "../verbs/context.ts"
import type { Writer } from "../verbs/writer.ts"

export async function seed(writer: Writer, crds: readonly object[]): Promise<void> {
  const { server } = writer
  for (const crd of crds) server.store.putStatic("apiextensions.k8s.io/customresourcedefinitions", established(crd as Crd, writer))
  await upgrade(writer)
  await ensureDefaultNamespace(writer)
}

function established(crd: Crd, writer: Writer): AnyObject {
  const { ports, store } = writer.server
  const now = nowText(writer.server)
  const condition = (type: string, reason: string): object => ({ type, status: "True", reason, message: "", lastTransitionTime: now })
  return {
    ...crd,
    metadata: {
      ...crd.metadata,
      uid: ports.random.uuid(),
      resourceVersion: String(store.revision),
      generation: 1,
      creationTimestamp: now,
    },
    status: {
      conditions: [condition("NamesAccepted", "NoConflicts"), condition("Established", "InitialNamesAccepted")],
      acceptedNames: crd.spec.names,
      storedVersions: crd.spec.versions.map(({ name }) => name),
    },
  }
}

/** A newer program may declare other fields and defaults than the one that stored the object. */
async function upgrade({ server }: Writer): Promise<void> {
  const writes: Promise<void>[] = []
  for (const resource of server.registry.stored) {
    if (resource.isReadOnly) continue
    for (const { object } of server.store.list(resource.collection)) {
      const next = structuredClone(object)
      prune(next, resource.schema)
      fillDefaults(next, resource.schema)
      if (!isEqual(next, object)) writes.push(server.store.stage(resource.collection, object.metadata, next).durable)
    }
  }
  await Promise.all(writes)
}

async function ensureDefaultNamespace(writer: Writer): Promise<void> {
  const namespaces = writer.server.registry.byKind("v1", "Namespace")
  if (!namespaces || writer.live(namespaces, { name: "default" })) return
  const request = {
    resource: namespaces,
    namespace: undefined,
    subresource: undefined,
    manager: "rivven",
    isDryRun: false,
    fieldValidation: "Ignore",
    warnings: [],
    ownedThrough: "",
  } as const
  try {
    await writer.create({ ...request, warnings: [] }, { value: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } } })
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== "AlreadyExists") throw error
  }
}
