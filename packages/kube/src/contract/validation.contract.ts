import { describe, expect, it } from "vitest"
import { type Answer, cluster, clustersIn, connect, connectsIn, topic, topicsIn, type Use } from "./api-under-test.ts"

const fieldsOf = ({ body }: Answer): string[] => (body.details?.causes ?? []).map((cause: { field: string }) => cause.field)

export function validationContract(use: Use): void {
  const create = async (spec: object, query = ""): Promise<Answer> =>
    await use().post(`${topicsIn(await use().namespace())}${query}`, topic("orders", spec))

  const createCluster = async (name: string, spec: object): Promise<Answer> =>
    await use().post(clustersIn(await use().namespace()), cluster(name, spec))

  const createConnect = async (spec: object): Promise<Answer> =>
    await use().post(connectsIn(await use().namespace()), connect("pipes", spec))

  describe("defaults and pruning", () => {
    it("fills defaults, also in an object that was not given", async () => {
      const { body } = await create({})
      expect(body.spec).toMatchObject({ deleteOnRemove: false, config: { retentionMs: 604_800_000, cleanupPolicy: "delete" } })
    })

    it("fills what is missing in an object that was given", async () => {
      const { body } = await create({ config: { retentionMs: 1000 } })
      expect(body.spec.config).toMatchObject({ retentionMs: 1000, retentionBytes: -1 })
    })

    it("fills defaults in the items of a list", async () => {
      const { body } = await create({ acls: [{ principal: "user:a", operations: ["Read"] }] })
      expect(body.spec.acls[0]).toMatchObject({ permissionType: "Allow", host: "*" })
    })

    it("takes null for absent", async () => {
      const { status, body } = await create({ partitions: null, config: { retentionMs: null } })
      expect(status).toBe(201)
      expect(body.spec.config.retentionMs).toBe(604_800_000)
      expect("partitions" in body.spec).toBe(false)
    })

    it("removes unknown fields and warns of them", async () => {
      const { status, body, headers } = await create({ partitons: 3, config: { retention: 1 } })
      expect(status).toBe(201)
      expect("partitons" in body.spec).toBe(false)
      const warnings = [headers.warning].flat().join(" ")
      expect(warnings).toContain('unknown field \\"spec.partitons\\"')
      expect(warnings).toContain('unknown field \\"spec.config.retention\\"')
    })

    it("removes unknown fields without a word when told to", async () => {
      const { status, headers } = await create({ partitons: 3 }, "?fieldValidation=Ignore")
      expect(status).toBe(201)
      expect(headers.warning).toBeUndefined()
    })

    it("refuses unknown fields when strict, all of them at once", async () => {
      const { status, body } = await create(
        { partitons: 3, acls: [{ principal: "user:a", operations: ["Read"], hosts: "x" }] },
        "?fieldValidation=Strict",
      )
      expect(status).toBe(400)
      expect(body.message).toContain('strict decoding error: unknown field "spec.')
      expect(body.message).toContain('unknown field "spec.partitons"')
      expect(body.message).toContain('unknown field "spec.acls[0].hosts"')
    })

    it("refuses a key that stands twice when strict", async () => {
      const path = `${topicsIn(await use().namespace())}?fieldValidation=Strict`
      const text = JSON.stringify(topic("orders", { partitions: 3 })).replace('"partitions":3', '"partitions":3,"partitions":4')
      const { status, body } = await use().call("POST", path, { text })
      expect(status).toBe(400)
      expect(body.message).toContain('duplicate field "spec.partitions"')
    })

    it("refuses a way of validation that does not exist", async () => {
      const { status, body } = await create({}, "?fieldValidation=Loose")
      expect(status).toBe(422)
      expect(body.message).toContain("fieldValidation")
    })

    it("keeps free-form content", async () => {
      const config = { any: { thing: [1, "two", { three: true }] }, none: {} }
      const { status, body } = await createConnect({ sources: [{ name: "a", connector: "custom", topic: "t", config }] })
      expect(status).toBe(201)
      expect(body.spec.sources[0].config).toEqual(config)
    })
  })

  describe("schema", () => {
    it.each([
      ["a missing field", { clusterRef: {} }, ["spec.clusterRef.name", "Required value"]],
      ["a number below the minimum", { partitions: 0 }, ["spec.partitions", "greater than or equal to 1"]],
      ["a number above the maximum", { partitions: 10_001 }, ["spec.partitions", "less than or equal to 10000"]],
      ["text for a number", { partitions: "three" }, ["spec.partitions", "must be of type integer"]],
      ["a fraction for an integer", { partitions: 1.5 }, ["spec.partitions", "must be of type integer"]],
      ["a number for text", { topicName: 5 }, ["spec.topicName", "must be of type string"]],
      ["text for a boolean", { deleteOnRemove: "yes" }, ["spec.deleteOnRemove", "must be of type boolean"]],
      ["a list for an object", { config: [] }, ["spec.config", "must be of type object"]],
      ["an object for a list", { acls: {} }, ["spec.acls", "must be of type array"]],
      [
        "a value outside an enumeration",
        { config: { cleanupPolicy: "burn" } },
        ["spec.config.cleanupPolicy", 'supported values: "delete", "compact"'],
      ],
      ["text that does not match", { topicName: "a b" }, ["spec.topicName", "should match '^[a-zA-Z0-9._-]+$'"]],
      ["text that is too long", { topicName: "a".repeat(250) }, ["spec.topicName", "Too long: may not be more than 249"]],
      [
        "an empty list that needs items",
        { acls: [{ principal: "user:a", operations: [] }] },
        ["spec.acls[0].operations", "at least 1 items"],
      ],
    ])("refuses %s", async (_name, spec, [field, why]) => {
      const answer = await create(spec)
      expect(answer.status).toBe(422)
      expect(answer.body.reason).toBe("Invalid")
      expect(fieldsOf(answer)).toContain(field)
      expect(answer.body.message).toContain(why)
    })

    it("refuses a list of distinct values with a value twice", async () => {
      const answer = await create({ acls: [{ principal: "user:a", operations: ["Read", "Read"] }] })
      expect(answer.status).toBe(422)
      expect(answer.body.message).toContain('spec.acls[0].operations[1]: Duplicate value: "Read"')
    })

    it("refuses a list by key with a key twice", async () => {
      const source = { name: "a", connector: "custom", topic: "t" }
      const answer = await createConnect({ sources: [source, source] })
      expect(answer.status).toBe(422)
      expect(answer.body.message).toContain("spec.sources[1]: Duplicate value")
    })

    it("reports everything that is wrong at once, rules included", async () => {
      const answer = await create({ partitions: 0, replicationFactor: 11, config: { retentionMs: 5 } })
      expect(answer.status).toBe(422)
      expect(fieldsOf(answer).toSorted()).toEqual(["spec.config.retentionMs", "spec.partitions", "spec.replicationFactor"])
    })

    it("says that rules were left out where the object has not the shape that they need", async () => {
      const answer = await create({ partitions: "x", config: { retentionMs: 5 } })
      expect(fieldsOf(answer)).toEqual(["spec.partitions", "<nil>"])
      expect(answer.body.message).toContain("some validation rules were not checked because the object was invalid")
    })

    it("takes an integer and text where either is allowed", async () => {
      const asNumber = await createCluster("a", { podDisruptionBudget: { minAvailable: 1 } })
      const asText = await createCluster("b", { podDisruptionBudget: { minAvailable: "50%" } })
      expect([asNumber.status, asText.status]).toEqual([201, 201])
    })

    it("names the kind and the object in the message", async () => {
      const { body } = await create({ partitions: 0 })
      expect(body.message).toMatch(/^RivvenTopic\.rivven\.io "orders" is invalid: /)
      expect(body.details).toMatchObject({ name: "orders", group: "rivven.io", kind: "RivvenTopic" })
    })
  })

  describe("rules", () => {
    it.each([
      [
        "a value that a rule refuses",
        { config: { retentionMs: 5 } },
        ["spec.config.retentionMs", "retentionMs must be -1 (unlimited) or at least 1000"],
      ],
      ["text that a rule refuses", { topicName: ".." }, ["spec.topicName", "topicName cannot be . or .."]],
      [
        "a rule over several fields",
        { replicationFactor: 1, config: { minInsyncReplicas: 2 } },
        ["spec", "config.minInsyncReplicas cannot exceed replicationFactor"],
      ],
      [
        "keys that a rule refuses",
        { config: { custom: { "retention.ms": "1" } } },
        ["spec.config.custom", "use the dedicated field instead of config.custom for this key"],
      ],
    ])("refuses %s", async (_name, spec, [field, why]) => {
      const answer = await create(spec)
      expect(answer.status).toBe(422)
      expect(fieldsOf(answer).some((each) => each.startsWith(field ?? ""))).toBe(true)
      expect(answer.body.message).toContain(why)
    })

    it("of a transition do not hold a new object back", async () => {
      expect((await create({ partitions: 3, topicName: "a" })).status).toBe(201)
    })

    it.each([
      ["partitions that shrink", [{ partitions: 3 }, { partitions: 2 }], "partitions cannot be decreased"],
      ["partitions that go", [{ partitions: 3 }, { partitions: null }], "partitions"],
      ["another cluster", [{}, { clusterRef: { name: "other" } }], "clusterRef is immutable"],
      ["another topic name", [{ topicName: "a" }, { topicName: "b" }], "topicName is immutable"],
      ["a topic name afterwards", [{}, { topicName: "b" }], "topicName cannot be added or removed after creation"],
    ])("of a transition refuse %s", async (_name, [before, after], why) => {
      const path = topicsIn(await use().namespace())
      await use().post(path, topic("orders", before))
      const { status, body } = await use().merge(`${path}/orders`, { spec: after })
      expect(status).toBe(422)
      expect(body.message).toContain(why)
    })

    it("compare quantities by amount", async () => {
      const path = clustersIn(await use().namespace())
      await use().post(path, cluster("main", { storage: { size: "1Gi" } }))
      expect((await use().merge(`${path}/main`, { spec: { storage: { size: "1024Mi" } } })).status).toBe(200)
      const { status, body } = await use().merge(`${path}/main`, { spec: { storage: { size: "1000Mi" } } })
      expect(status).toBe(422)
      expect(body.message).toMatch(/storage\.size.*shrink|shrink/)
    })

    it("at the root see the name, on creation only", async () => {
      const answer = await createCluster("a".repeat(53), {})
      expect(answer.status).toBe(422)
      expect((await createCluster("a".repeat(52), {})).status).toBe(201)
    })

    it("see the items of a list by key", async () => {
      const sources = [{ name: "same", connector: "custom", topic: "t" }]
      const sinks = [{ name: "same", connector: "custom", topics: ["t"], consumerGroup: "g" }]
      const { status } = await createConnect({ sources, sinks })
      expect(status).toBe(422)
    })

    it("hold through every way of writing", async () => {
      const path = topicsIn(await use().namespace())
      const { body: live } = await use().post(path, topic("orders", { partitions: 3 }))
      const spec = { clusterRef: { name: "local" }, partitions: 2 }
      const answers = await Promise.all([
        use().put(`${path}/orders`, { ...live, spec: { ...live.spec, partitions: 2 } }),
        use().merge(`${path}/orders`, { spec: { partitions: 2 } }),
        use().jsonPatch(`${path}/orders`, [{ op: "replace", path: "/spec/partitions", value: 2 }]),
        use().apply(`${path}/orders`, { ...topic("orders"), spec }, "fieldManager=a&force=true"),
        use().merge(`${path}/orders?dryRun=All`, { spec: { partitions: 2 } }),
      ])
      expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422])
    })
  })
}
