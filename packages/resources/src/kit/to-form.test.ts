import { expect, test } from "vitest"
import { kinds } from "../kinds/index.ts"
import type { Kind } from "../kinds/kind.ts"
import { toDocs } from "./to-docs.ts"
import { type FormField, toFormFields } from "./to-form.ts"

const fields = toFormFields(kinds.topic.schema.shape.spec)
const field = (name: string) => fields.find((candidate) => candidate.name === name)

test("describes the fields of a topic as plain JSON", () => {
  expect(JSON.parse(JSON.stringify(fields))).toEqual(fields)
  expect(field("partitions")).toMatchObject({
    kind: "number",
    isInteger: true,
    min: 1,
    max: 10_000,
    isRequired: false,
    label: "Partitions",
  })
  expect(field("clusterRef")).toMatchObject({ kind: "object", isRequired: true, isImmutable: true })
  expect(field("deleteOnRemove")).toMatchObject({ kind: "boolean", defaultValue: false, group: "Lifecycle" })
  expect(field("topicLabels")).toMatchObject({ kind: "map", maxEntries: 64, value: { kind: "text", maxLength: 256 } })
})

test("describes lists with their items and their uniqueness", () => {
  const acls = field("acls")
  expect(acls).toMatchObject({ kind: "list", maxItems: 100, isSet: false, item: { kind: "object" } })
  const operations =
    acls?.kind === "list" && acls.item.kind === "object" ? acls.item.fields.find(({ name }) => name === "operations") : undefined
  expect(operations).toMatchObject({ kind: "list", minItems: 1, isSet: true, item: { kind: "select" } })
})

test("gives bytes and durations their widget and a label to every field", () => {
  const config = field("config")
  const configFields = config?.kind === "object" ? config.fields : []
  expect(configFields.find(({ name }) => name === "retentionMs")).toMatchObject({ widget: "duration-ms", defaultValue: 604_800_000 })
  expect(configFields.find(({ name }) => name === "segmentBytes")).toMatchObject({ widget: "bytes" })
})

function* everyField(list: readonly FormField[]): Generator<FormField> {
  for (const each of list) {
    yield each
    if (each.kind === "object") yield* everyField(each.fields)
    if (each.kind === "list") yield* everyField([each.item])
    if (each.kind === "map") yield* everyField([each.value])
  }
}

test.each(Object.values(kinds) as unknown as Kind[])(
  "$kind: every field says what it accepts, and the reference names every field",
  (kind) => {
    const { spec } = kind.schema.shape
    if (!spec) throw new Error("no spec")
    const docs = toDocs(spec, "spec")
    for (const each of everyField(toFormFields(spec))) {
      expect(each.accepted).not.toBe("")
      if (each.name !== "") expect(docs).toContain(`.${each.name}\``)
    }
  },
)
