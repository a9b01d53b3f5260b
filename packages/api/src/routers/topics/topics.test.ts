import { unwrap } from "@rivven/client"
import { DeleteTopics } from "@rivven/protocol/messages"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { World } from "../../testing/world.ts"

let world: World
let api: Awaited<ReturnType<World["signedIn"]>>
const cluster = "local"

beforeAll(async () => {
  world = await World.start({ withOperator: true })
  api = await world.signedIn()
  await world.until(
    () => api.clusters.list(),
    ({ data }) => data[0]?.brokers === 1,
  )
})
afterAll(() => world[Symbol.asyncDispose]())

/** The newest generation, or the one that is named, has arrived on the broker. */
function settled(topic: string, generation = 0) {
  return world.until(
    () => api.topics.get({ cluster, topic }),
    ({ data: { resource } }) => resource?.rollout.state === "settled" && resource.generation >= generation,
  )
}

async function create(topic: string, spec: object = { partitions: 3 }): Promise<void> {
  const draft = { resource: { spec } }
  const { hash, expect: expected } = await api.topics.planCreate({ cluster, topic, draft })
  const created = await api.topics.create({ cluster, topic, draft, hash, expect: expected })
  expect(created.outcome).toBe("applied")
  await settled(topic)
}

async function yamlOf(topic: string, edit: (yaml: string) => string) {
  return { yaml: edit((await api.resources.get({ kind: "RivvenTopic", cluster, topic })).data.yaml) }
}

describe("creating a topic", () => {
  it("plans in words, applies, and shows Ready with what the broker really says", async () => {
    const draft = { yaml: "metadata: { name: first }\nspec: { partitions: 6, config: { retentionMs: 86400000 } }\n" }
    const plan = await api.topics.planCreate({ cluster, topic: "first", draft })
    expect(plan).toMatchObject({ outcome: "ready", path: "resource", dryRun: { resourceApi: "passed", broker: "passed" } })
    expect(plan.consequences[0]).toMatchObject({ claim: "first is made with 6 partitions", detail: "Records are kept for 1 d." })
    expect(plan.commands.kubectl).toContain("kubectl apply --server-side")
    const created = await api.topics.create({ cluster, topic: "first", draft, hash: plan.hash, expect: plan.expect })
    expect(created).toMatchObject({ outcome: "applied", applied: { resource: { namespace: "default", name: "first", generation: 1 } } })
    const { data } = await settled("first")
    expect(data).toMatchObject({
      partitions: 6,
      retentionMs: 86_400_000,
      existsOnBroker: true,
      state: { word: "Ready" },
      management: { owner: "console" },
    })
  })

  it("lands errors on fields, and writes nothing", async () => {
    const plan = async (yaml: string) => (await api.topics.planCreate({ cluster, topic: "bad", draft: { yaml } })).errors
    expect(await plan("spec: { partitions: 0 }")).toMatchObject([{ path: "spec.partitions", accepted: expect.stringContaining("1") }])
    expect(await plan("spec: { config: { cleanupPolicy: shred } }")).toMatchObject([{ path: "spec.config.cleanupPolicy" }])
    expect(await plan("spec: { partitons: 3 }")).toMatchObject([{ path: "spec.partitons", message: expect.stringContaining("partitions") }])
    expect(await plan("spec: { config: { custom: { retention.ms: '5000', segment.ms: '1000' } } }")).toMatchObject([
      { path: "spec.config.custom", message: expect.stringMatching(/^retention\.ms: /), accepted: "the same in spec.config.retentionMs" },
    ])
    expect(await plan("kind: RivvenCluster")).toMatchObject([{ path: "kind" }])
    expect(await plan("spec: { clusterRef: { name: other } }")).toMatchObject([{ path: "spec.clusterRef.name" }])
    expect(await plan("spec: { topicName: another }")).toMatchObject([{ path: "spec.topicName" }])
    expect(await plan("- 1")).toMatchObject([{ path: "" }])
    expect((await plan("spec: {\n  partitions: [3"))[0]?.message).toMatch(/^line 2/)
    expect(await world.resource("bad")).toBeUndefined()
  })

  it("says what the broker would refuse", async () => {
    const plan = await api.topics.planCreate({
      cluster,
      topic: "wide",
      draft: { resource: { spec: { partitions: 1, replicationFactor: 3 } } },
    })
    expect(plan).toMatchObject({ outcome: "refused", dryRun: { resourceApi: "passed", broker: "failed" } })
    expect(plan.errors[0]).toMatchObject({ path: "spec.replicationFactor", message: expect.stringContaining("the broker refuses it") })
  })

  it("gives a topic that Kubernetes cannot name a resource name of its own", async () => {
    await create("Orders_EU.v1")
    expect((await world.resource("orders-eu.v1"))?.spec.topicName).toBe("Orders_EU.v1")
  })

  it("refuses a second resource for the same topic", async () => {
    await create("taken")
    const plan = await api.topics.planCreate({
      cluster,
      topic: "taken",
      draft: { yaml: "metadata: { name: other-name }\nspec: { topicName: taken }" },
    })
    expect(plan).toMatchObject({
      outcome: "refused",
      errors: [{ path: "spec.topicName", message: expect.stringContaining("default/taken") }],
    })
  })
})

describe("changing a managed topic", () => {
  it("names bytes, time span and unread records that a shorter retention deletes", async () => {
    await create("events")
    const dayMs = 86_400_000
    await world.produce("events", 90, { partition: 0, timestamp: Date.now() - 5 * dayMs })
    await world.produce("events", 10, { partition: 0 })
    await world.commit("web-replay", "events", { 0: 60 })
    await world.commit("done", "events", { 0: 100 })
    const plan = await api.topics.plan({
      cluster,
      topic: "events",
      draft: await yamlOf("events", (yaml) => yaml.replace("604800000", "259200000")),
    })
    expect(plan.diff).toEqual([
      { field: "spec.config.retentionMs", label: "Retention", from: "7 d", to: "3 d", fromExact: "604800000", toExact: "259200000" },
    ])
    const [deletable, losing] = plan.consequences
    expect(deletable).toMatchObject({
      status: "bad",
      claim: expect.stringMatching(/^About .*B and up to 2 d of records become deletable$/),
      detail: expect.stringMatching(/^90 records/),
    })
    expect(losing).toMatchObject({
      status: "bad",
      claim: "web-replay loses 30 unread records",
    })
    expect(plan.confirm).toMatchObject({ button: "Apply and allow deletion", isDestructive: true })
    expect(plan.commands.kubectl).toBe(
      `kubectl patch rvt events -n default --type merge -p '{"spec":{"config":{"retentionMs":259200000}}}'`,
    )
  })

  it("says that keys move when partitions are added, and does it", async () => {
    await create("grown")
    const draft = await yamlOf("grown", (yaml) => yaml.replace("partitions: 3", "partitions: 5"))
    const plan = await api.topics.plan({ cluster, topic: "grown", draft })
    expect(plan.consequences.map(({ claim }) => claim)).toEqual(["Keys move to other partitions", "No group reads it now"])
    expect((await api.topics.update({ cluster, topic: "grown", draft, hash: plan.hash, expect: plan.expect })).outcome).toBe("applied")
    expect((await settled("grown")).data.partitions).toBe(5)
    const fewer = await api.topics.plan({
      cluster,
      topic: "grown",
      draft: await yamlOf("grown", (yaml) => yaml.replace("partitions: 5", "partitions: 2")),
    })
    expect(fewer).toMatchObject({ outcome: "invalid", errors: [{ path: "spec.partitions", accepted: "at least 5" }] })
  })

  it("says so when nothing unusual happens, and when nothing changes at all", async () => {
    await create("calm")
    const longer = await api.topics.plan({
      cluster,
      topic: "calm",
      draft: await yamlOf("calm", (yaml) => yaml.replace("604800000", "1209600000")),
    })
    expect(longer.consequences).toMatchObject([{ status: "ok", claim: "No record is deleted, no key moves" }])
    const same = await api.topics.plan({ cluster, topic: "calm", draft: await yamlOf("calm", (yaml) => yaml) })
    expect(same.outcome).toBe("nothing")
  })

  it("answers PLAN_STALE with both plans when the world changed in between", async () => {
    await create("raced")
    const draft = await yamlOf("raced", (yaml) => yaml.replace("604800000", "1209600000"))
    const plan = await api.topics.plan({ cluster, topic: "raced", draft })
    await world.applyAs("somebody", "raced", { spec: { partitions: 4 }, labels: { team: "web" } })
    const result = await api.topics.update({ cluster, topic: "raced", draft, hash: plan.hash, expect: plan.expect })
    expect(result).toMatchObject({ outcome: "stale", code: "PLAN_STALE", planned: { hash: plan.hash } })
    expect((await world.resource("raced"))?.spec.config.retentionMs).toBe(604_800_000)
  })

  it("never forces: a conflict names field and owner, and the resource stays", async () => {
    await create("owned")
    await settled("owned", await world.applyAs("argocd-controller", "owned", { spec: { config: { segmentBytes: 2_097_152 } } }))
    const draft = await yamlOf("owned", (yaml) => yaml.replace("2097152", "4194304"))
    const plan = await api.topics.plan({ cluster, topic: "owned", draft })
    expect(plan).toMatchObject({
      outcome: "conflict",
      conflicts: [{ field: "spec.config.segmentBytes", manager: "argocd-controller", owner: "Argo CD" }],
    })
    const result = await api.topics.update({ cluster, topic: "owned", draft, hash: plan.hash, expect: plan.expect })
    expect(result).toMatchObject({ outcome: "conflict", code: "FIELD_CONFLICT" })
    expect((await world.resource("owned"))?.spec.config.segmentBytes).toBe(2_097_152)
  })

  it("owns only what it wrote, and keeps owning it", async () => {
    await world.applyAs("kubectl", "shared-owner", { spec: { clusterRef: { name: "local" }, partitions: 1 } })
    await settled("shared-owner")
    const change = async (edit: (yaml: string) => string) => {
      const draft = await yamlOf("shared-owner", edit)
      const plan = await api.topics.plan({ cluster, topic: "shared-owner", draft })
      expect((await api.topics.update({ cluster, topic: "shared-owner", draft, hash: plan.hash, expect: plan.expect })).outcome).toBe(
        "applied",
      )
      await settled("shared-owner")
    }
    await change((yaml) => yaml.replace("604800000", "86400000"))
    await change((yaml) => yaml.replace("maxMessageBytes: 1048576", "maxMessageBytes: 2097152"))
    const { data } = await api.resources.get({ kind: "RivvenTopic", cluster, topic: "shared-owner" })
    const ours = data.owners.filter(({ isOurs }) => isOurs).map(({ path }) => path)
    expect(ours.sort()).toEqual(["spec.config.maxMessageBytes", "spec.config.retentionMs"])
    expect((await world.resource("shared-owner"))?.spec).toMatchObject({
      partitions: 1,
      config: { retentionMs: 86_400_000, maxMessageBytes: 2_097_152 },
    })
  })
})

describe("an unmanaged topic", () => {
  it("is changed on the broker, and the plan offers adoption", async () => {
    await world.make({ name: "wild", partitions: 2, configs: { "segment.ms": "3600000" } })
    const draft = await yamlOf("wild", (yaml) =>
      yaml.replace("partitions: 2", "partitions: 3").replace("3600000", "7200000").replace("604800000", "86400000"),
    )
    const plan = await api.topics.plan({ cluster, topic: "wild", draft })
    expect(plan).toMatchObject({
      outcome: "ready",
      path: "broker",
      offersAdoption: true,
      dryRun: { resourceApi: "skipped", broker: "passed" },
    })
    expect(plan.diff.map(({ field }) => field).sort()).toEqual([
      "spec.config.custom[segment.ms]",
      "spec.config.retentionMs",
      "spec.partitions",
    ])
    const result = await api.topics.update({ cluster, topic: "wild", draft, hash: plan.hash, expect: plan.expect })
    expect(result).toMatchObject({ outcome: "applied", applied: { resource: null } })
    const { data } = await api.topics.get({ cluster, topic: "wild" })
    expect(data).toMatchObject({ partitions: 3, retentionMs: 86_400_000, management: { state: "unmanaged" } })
  })

  it("is adopted as it is: nothing changes on the broker", async () => {
    await world.make({ name: "tame", partitions: 2, configs: { "retention.ms": "12345000", "segment.ms": "3600000" } })
    const before = (await api.topics.configs({ cluster, topic: "tame" })).data.map(({ name, value }) => [name, value])
    expect((await api.topics.adopt({ cluster, topic: "tame" })).outcome).toBe("applied")
    const { data } = await settled("tame")
    expect(data).toMatchObject({ management: { state: "managed" }, state: { word: "Ready" } })
    const after = new Map((await api.topics.configs({ cluster, topic: "tame" })).data.map(({ name, value }) => [name, value]))
    for (const [name, value] of before) expect(after.get(name ?? ""), name ?? "").toBe(value)
    expect((await api.topics.drift({ cluster, topic: "tame" })).data.rows).toEqual([])
  })
})

describe("deleting", () => {
  it("names bytes, records and readers, wants the typed name, and then deletes topic and records", async () => {
    await create("doomed")
    await world.produce("doomed", 25)
    await world.commit("reader", "doomed", { 0: 1 })
    const plan = await api.topics.planDelete({ cluster, topic: "doomed" })
    expect(plan.consequences.map(({ claim }) => claim)).toEqual([
      expect.stringMatching(/^[\d.]+ k?B and 25 records are deleted$/),
      expect.stringMatching(/^The newest record came .* ago$/),
      "reader committed offsets on it",
    ])
    expect(plan.confirm).toMatchObject({ button: "Delete topic and records", typedName: "doomed" })
    const consent = { cluster, topic: "doomed", hash: plan.hash, expect: plan.expect } as const
    await expect(api.topics.delete({ ...consent, typedName: "doome" })).rejects.toMatchObject({ cause: { code: "NOT_CONFIRMED" } })
    expect((await api.topics.delete({ ...consent, typedName: "doomed" })).outcome).toBe("applied")
    await world.until(
      () => api.topics.list({ cluster, filter: "doomed" }),
      ({ data }) => data.rows.length === 0,
    )
    expect((await world.stranger.admin.topics.describe(["doomed"])).get("doomed")?.ok).toBe(false)
  })

  it("lets go of a topic: the resource goes, the topic stays", async () => {
    await create("released", { partitions: 1, deleteOnRemove: true })
    const plan = await api.topics.planDelete({ cluster, topic: "released", what: "resource" })
    expect(plan.confirm.typedName).toBeNull()
    await api.topics.delete({ cluster, topic: "released", what: "resource", typedName: "", hash: plan.hash, expect: plan.expect })
    await world.until(
      () => world.resource("released"),
      (resource) => resource === undefined,
    )
    expect((await api.topics.get({ cluster, topic: "released" })).data).toMatchObject({
      existsOnBroker: true,
      management: { state: "unmanaged" },
    })
  })

  it("says what the broker says when it fails, and does not call that an outage", async () => {
    await world.make({ name: "stuck", partitions: 1 })
    const { hash, expect: expected } = await api.topics.planDelete({ cluster, topic: "stuck" })
    const restore = world.broker.intercept(DeleteTopics, async ({ topics }) => ({
      responses: topics.map(({ topicId }) => ({ name: "stuck", topicId, errorCode: -1, errorMessage: "the disk is on fire" })),
    }))
    const deletion = api.topics.delete({ cluster, topic: "stuck", typedName: "stuck", hash, expect: expected })
    await expect(deletion).rejects.toMatchObject({
      message: "the broker did not do it: UNKNOWN_SERVER_ERROR: the disk is on fire",
      cause: { code: "BROKER_FAILED" },
    })
    restore()
  })

  it("deletes an unmanaged topic by its id", async () => {
    await world.make({ name: "stray", partitions: 1 })
    const plan = await api.topics.planDelete({ cluster, topic: "stray" })
    expect(plan).toMatchObject({
      path: "broker",
      consequences: [{ status: "warn" }, { status: "info", claim: "No group reads it" }],
    })
    await api.topics.delete({ cluster, topic: "stray", typedName: "stray", hash: plan.hash, expect: plan.expect })
    await expect(api.topics.get({ cluster, topic: "stray" })).rejects.toMatchObject({ code: "NOT_FOUND" })
  })

  it("leaves topics of the cluster itself alone", async () => {
    const plan = await api.topics.planDelete({ cluster, topic: "__consumer_offsets" })
    expect(plan).toMatchObject({ outcome: "refused", errors: [{ message: expect.stringContaining("belongs to the cluster") }] })
  })
})

describe("looking", () => {
  it("lists what is wrong first, filters, and pages without repeating a row", async () => {
    for (const name of ["page-a", "page-b", "page-c", "page-d", "page-e"]) await world.make({ name })
    await world.until(
      () => api.topics.get({ cluster, topic: "page-e" }),
      () => true,
    )
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const { data } = await api.topics.list({ cluster, filter: "page-", limit: 2, cursor, sortBy: "name", isDescending: true })
      seen.push(...data.rows.map(({ name }) => name))
      expect(data.matching).toBe(5)
      cursor = data.nextCursor
    } while (cursor !== null)
    expect(seen).toEqual(["page-e", "page-d", "page-c", "page-b", "page-a"])
    await expect(api.topics.list({ cluster, cursor: "gone:2" })).rejects.toMatchObject({ cause: { code: "CURSOR_EXPIRED" } })
    expect((await api.topics.list({ cluster })).data.rows.some(({ isInternal }) => isInternal)).toBe(false)
    expect((await api.topics.list({ cluster, withInternal: true })).data.rows.some(({ name }) => name === "__consumer_offsets")).toBe(true)
  })

  it("shows a resource whose topic is not there, with the reason", async () => {
    await world.applyAs("kubectl", "too-wide", { spec: { clusterRef: { name: "local" }, replicationFactor: 3 } })
    const { data } = await world.until(
      () => api.topics.get({ cluster, topic: "too-wide" }),
      (answer) => answer.data.state.word === "Not ready",
    )
    expect(data).toMatchObject({ existsOnBroker: false, status: "bad", problems: [{ code: "NOT_READY" }] })
    const problems = await api.clusters.problems({ cluster })
    expect(problems.data.rows).toContainEqual(expect.objectContaining({ title: "too-wide", code: "NOT_READY" }))
    expect((await api.clusters.overview({ cluster })).data.verdict).toMatchObject({ status: "bad", lead: "At risk." })
  })

  it("tells configs with their source, events of the resource, and partitions", async () => {
    await create("looked-at")
    const configs = (await api.topics.configs({ cluster, topic: "looked-at" })).data
    expect(configs[0]).toMatchObject({ source: "resource" })
    expect(configs.find(({ name }) => name === "retention.ms")).toMatchObject({
      valueText: "7 d",
      source: "resource",
      field: "spec.config.retentionMs",
    })
    const [altered] = await world.stranger.admin.configs.incrementalAlter([
      { type: "topic", name: "looked-at", operations: [{ name: "segment.ms", op: "set", value: "60000" }] },
    ])
    unwrap(altered!)
    const reasons = (await api.topics.events({ cluster, topic: "looked-at" })).data.map(({ reason }) => reason)
    expect(reasons).toContain("AppliedInConsole")
    const { data } = await api.topics.partitions({ cluster, topic: "looked-at" })
    expect(data.rows).toHaveLength(3)
    expect(data.rows[0]).toMatchObject({ status: "ok", leader: expect.any(Number), startOffset: 0, endOffset: 0 })
  })
})
