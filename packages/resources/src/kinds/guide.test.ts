import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { parseAllDocuments } from "yaml"
import { unknownFields } from "../kit/validate.ts"
import { brokenRules } from "../testing/cel.ts"
import { kinds } from "./index.ts"
import { crdOf, type Kind } from "./kind.ts"

type Resource = { kind: string; metadata: { name: string }; spec: Record<string, unknown> }

const documents = parseAllDocuments(readFileSync(new URL("../testing/user-guide.yaml", import.meta.url), "utf8"))
const resources = documents.map((document) => document.toJS() as Resource)

function kindOf(resource: Resource): Kind {
  const found = Object.values(kinds).find(({ kind }) => kind === resource.kind)
  if (!found) throw new Error(`no kind ${resource.kind}`)
  return found
}

test.each(resources)("accepts the user guide's $kind $metadata.name and drops nothing of it", (resource) => {
  const kind = kindOf(resource)
  expect(unknownFields(kind.schema, resource)).toEqual([])
  const parsed = kind.schema.safeParse(resource)
  expect(parsed.error?.issues).toBeUndefined()
  expect(parsed.data).toMatchObject(resource)
  const schema = crdOf(kind).spec.versions[0]?.schema.openAPIV3Schema
  expect(brokenRules(schema ?? {}, { next: parsed.data, previous: undefined })).toEqual([])
})

test("the fixture holds one resource of each kind and the custom connector", () => {
  expect(resources.map(({ kind }) => kind)).toEqual(["RivvenCluster", "RivvenConnect", "RivvenTopic", "RivvenConnect"])
})
