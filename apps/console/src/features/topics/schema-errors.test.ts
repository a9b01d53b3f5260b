import { crds } from "@rivven/resources"
import { describe, expect, it } from "vitest"
import { schemaErrors } from "./schema-errors.ts"

interface Crd {
  spec: { names: { kind: string }; versions: { schema: { openAPIV3Schema: Record<string, unknown> } }[] }
}

const crd = (crds() as unknown as Crd[]).find(({ spec }) => spec.names.kind === "RivvenTopic")
const schema = crd?.spec.versions[0]?.schema.openAPIV3Schema ?? {}

const errorsOf = (spec: Record<string, unknown>) =>
  schemaErrors(schema, {
    apiVersion: "rivven.io/v1alpha1",
    kind: "RivvenTopic",
    metadata: { name: "orders", labels: { team: "shop" } },
    spec,
  })

describe("a draft against the schema of its kind", () => {
  it("accepts what the kind accepts", () => {
    expect(errorsOf({ clusterRef: { name: "local" }, partitions: 3, config: { retentionMs: 604_800_000 } })).toEqual([])
  })

  it.each([
    [{ partitions: 0 }, "spec.partitions", /less than 1/],
    [{ replicationFactor: "3" }, "spec.replicationFactor", /Expected: integer/],
    [{ config: { cleanupPolicy: "keep" } }, "spec.config.cleanupPolicy", /^Accepted: delete, compact/],
    [{ retention: 1 }, "spec.retention", /no such field/],
    [{ clusterRef: {} }, "spec.clusterRef.name", /needed/],
    [{ config: { retentionMs: 1.5 } }, "spec.config.retentionMs", /integer/],
    [{ acls: [{ nobody: true }] }, "spec.acls[0].nobody", /no such field/],
  ])("names the field at fault in %j", (spec, path, message) => {
    const found = errorsOf({ clusterRef: { name: "local" }, ...spec }).find((each) => each.path === path)
    expect(found?.message).toMatch(message)
  })

  it("has one message a field", () => {
    const paths = errorsOf({ partitions: "many", config: 4 }).map(({ path }) => path)
    expect(paths).toEqual([...new Set(paths)])
    expect(paths).toContain("spec.clusterRef")
  })
})
