import { describe, expect, it } from "vitest"
import { unwrap } from "../errors.ts"
import { type Suite, text } from "./target.ts"

export function adminContract(suite: Suite): void {
  describe("cluster", () => {
    it("describes the brokers, the controller and the cluster id", async () => {
      const cluster = unwrap(await suite.client().admin.cluster.describe())
      expect(cluster.brokers).toHaveLength(1)
      expect(cluster.brokers[0]).toMatchObject({ host: "127.0.0.1", isFenced: false })
      expect(cluster.controllerId).toBe(cluster.brokers[0]?.id)
      expect(cluster.clusterId).toMatch(/^[\w-]{22}$/)
    })

    it("lists log directories with the sizes of replicas and of the volume", async () => {
      const client = suite.client()
      const topic = await suite.topic(2)
      await client.producer().send({ topic, partition: 1, value: Buffer.alloc(5_000) })
      const [dirs] = unwrap(await client.admin.cluster.logDirs({ topics: new Map([[topic, [0, 1]]]) })).values()
      const [dir] = unwrap(dirs ?? { ok: true as const, value: [] }).map((one) => unwrap(one))
      expect(dir?.totalBytes).toBeGreaterThan(0)
      const sizes = new Map(
        dir?.replicas.filter((replica) => replica.topic === topic).map(({ partition, sizeBytes }) => [partition, sizeBytes]),
      )
      expect(sizes.get(0)).toBe(0)
      expect(sizes.get(1)).toBeGreaterThan(5_000)
    })
  })

  describe("topics", () => {
    it("creates, lists, describes, grows and deletes them", async () => {
      const { admin } = suite.client()
      const name = suite.name("life")
      const created = unwrap(
        (await admin.topics.create([{ name, partitions: 3, configs: { "retention.ms": "60000" } }])).get(name) ?? missing,
      )
      expect(created).toMatchObject({ partitions: 3, replicationFactor: 1 })
      expect(created.configs?.["retention.ms"]).toBe("60000")
      const listed = async () => unwrap(await admin.topics.list()).find((topic) => topic.name === name)
      await expect.poll(listed).toEqual({
        name,
        id: created.id,
        isInternal: false,
        partitionCount: 3,
        replicationFactor: 1,
        offlinePartitions: 0,
        underReplicatedPartitions: 0,
      })
      expect(unwrap((await admin.topics.createPartitions([{ name, count: 5 }])).get(name) ?? missing)).toBeUndefined()
      const described = async () => unwrap((await admin.topics.describe([name])).get(name) ?? missing)
      await expect.poll(async () => (await described()).partitions.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4])
      await expect.poll(async () => (await described()).partitions.every(({ leader }) => leader !== null)).toBe(true)
      expect((await described()).id).toBe(created.id)
      expect((await admin.topics.delete([{ id: created.id ?? "" }])).get(created.id ?? "")?.ok).toBe(true)
      await expect
        .poll(async () => (await admin.topics.describe([name])).get(name))
        .toMatchObject({ ok: false, error: { code: "UNKNOWN_TOPIC_OR_PARTITION" } })
    })

    it("answers per topic: what is wrong with one does not hide the others", async () => {
      const { admin } = suite.client()
      const existing = await suite.topic(2)
      const good = suite.name("good")
      const results = await admin.topics.create([
        { name: existing },
        { name: good },
        { name: "bad name" },
        { name: suite.name("replicated"), replicationFactor: 3 },
        { name: suite.name("configured"), configs: { "retention.ms": "soon" } },
        { name: suite.name("unknown"), configs: { "retention.mss": "1" } },
        { name: suite.name("empty"), partitions: 0 },
      ])
      const codes = [...results.values()].map((result) => (result.ok ? "ok" : result.error.code))
      expect(codes).toEqual([
        "TOPIC_ALREADY_EXISTS",
        "ok",
        "INVALID_TOPIC_EXCEPTION",
        "INVALID_REPLICATION_FACTOR",
        "INVALID_CONFIG",
        "INVALID_CONFIG",
        "INVALID_PARTITIONS",
      ])
      expect([...results.values()][3]).toMatchObject({ error: { path: "/3" } })
      const more = await admin.topics.createPartitions([
        { name: existing, count: 1 },
        { name: good, count: 4 },
        { name: "nowhere", count: 2 },
      ])
      expect([...more.values()].map((result) => (result.ok ? "ok" : result.error.code))).toEqual([
        "INVALID_PARTITIONS",
        "ok",
        "UNKNOWN_TOPIC_OR_PARTITION",
      ])
      const deleted = await admin.topics.delete([good, "nowhere"])
      expect([...deleted.values()].map((result) => (result.ok ? "ok" : result.error.code))).toEqual(["ok", "UNKNOWN_TOPIC_OR_PARTITION"])
    })

    it("refuses a name given twice without touching the others", async () => {
      const { admin } = suite.client()
      const [once, twice] = [suite.name("once"), suite.name("twice")]
      const results = await admin.topics.create([{ name: twice }, { name: once }, { name: twice }])
      expect(results.get(twice)).toMatchObject({ ok: false, error: { code: "BAD_INPUT" } })
      expect(results.get(once)?.ok).toBe(true)
      expect((await admin.topics.describe([twice])).get(twice)?.ok).toBe(false)
    })

    it("takes a timeout that is no whole number, and shorter than a request's", async () => {
      const name = suite.name("fraction")
      const created = await suite.client().admin.topics.create([{ name }], { timeoutMs: 9_999.75 })
      expect(created.get(name)?.ok).toBe(true)
    })

    it("only checks when asked to", async () => {
      const { admin } = suite.client()
      const name = suite.name("checked")
      const topic = await suite.topic(1)
      expect((await admin.topics.create([{ name, partitions: 2 }], { validateOnly: true })).get(name)?.ok).toBe(true)
      expect((await admin.topics.createPartitions([{ name: topic, count: 9 }], { validateOnly: true })).get(topic)?.ok).toBe(true)
      const described = await admin.topics.describe([name, topic])
      expect(described.get(name)?.ok).toBe(false)
      expect(unwrap(described.get(topic) ?? missing).partitions).toHaveLength(1)
    })
  })

  describe("configs", () => {
    it("describes every config with value, type and source", async () => {
      const { admin } = suite.client()
      const topic = await suite.topic(1, { "retention.ms": "60000" })
      const [entries] = await admin.configs.describe([{ type: "topic", name: topic }], { includeSynonyms: true })
      const byName = new Map(unwrap(entries ?? missing).map((entry) => [entry.name, entry]))
      expect(byName.get("retention.ms")).toMatchObject({
        value: "60000",
        source: "topic",
        type: "long",
        isReadOnly: false,
        isSensitive: false,
      })
      expect(byName.get("retention.ms")?.synonyms[0]).toMatchObject({ value: "60000", source: "topic" })
      expect(byName.get("cleanup.policy")).toMatchObject({ value: "delete", source: "default", type: "list" })
    })

    it("changes incrementally, validates only when asked, and answers per resource", async () => {
      const { admin } = suite.client()
      const topic = await suite.topic(1, { "retention.ms": "60000" })
      const other = await suite.topic(1)
      const change = (name: string, key: string, value: string) => ({
        type: "topic" as const,
        name,
        operations: [{ name: key, op: "set" as const, value }],
      })
      const configOf = async (key: string) => {
        const [entries] = await admin.configs.describe([{ type: "topic", name: topic, keys: [key] }])
        return unwrap(entries ?? missing).map(({ value, source }) => `${value} ${source}`)
      }
      const results = await admin.configs.incrementalAlter([
        change(topic, "retention.ms", "70000"),
        change(other, "no.such.config", "1"),
        change("nowhere", "retention.ms", "1"),
      ])
      expect(results.map((result) => (result.ok ? "ok" : `${result.error.code} ${result.error.path}`))).toEqual([
        "ok",
        "INVALID_CONFIG /1",
        "UNKNOWN_TOPIC_OR_PARTITION /2",
      ])
      await expect.poll(() => configOf("retention.ms")).toEqual(["70000 topic"])
      expect((await admin.configs.incrementalAlter([change(topic, "retention.ms", "80000")], { validateOnly: true }))[0]?.ok).toBe(true)
      expect((await admin.configs.incrementalAlter([change(topic, "retention.ms", "x")], { validateOnly: true }))[0]).toMatchObject({
        error: { code: "INVALID_CONFIG" },
      })
      expect(await configOf("retention.ms")).toEqual(["70000 topic"])
      await admin.configs.incrementalAlter([
        {
          type: "topic",
          name: topic,
          operations: [
            { name: "retention.ms", op: "delete" },
            { name: "cleanup.policy", op: "append", value: "compact" },
          ],
        },
      ])
      await expect.poll(() => configOf("retention.ms")).toEqual(["604800000 default"])
      expect(await configOf("cleanup.policy")).toEqual(["delete,compact topic"])
    })

    it("asks one broker about its own configs", async () => {
      const { admin } = suite.client()
      const id = unwrap(await admin.cluster.describe()).brokers[0]?.id
      const [own, none] = await admin.configs.describe(
        [
          { type: "broker", name: `${id}` },
          { type: "broker", name: "999" },
        ],
        {},
      )
      expect(unwrap(own ?? missing).find(({ name }) => name === "log.retention.ms" || name === "num.partitions")).toBeDefined()
      expect(none).toMatchObject({ ok: false, error: { code: "UNKNOWN_BROKER", path: "/1" } })
    })
  })

  describe("offsets", () => {
    it("lists the first, the last and those by time, per query", async () => {
      const client = suite.client()
      const topic = await suite.topic(2)
      const producer = client.producer()
      for (const timestamp of [1_000, 3_000, 2_000]) unwrap(await producer.send({ topic, partition: 0, value: "x", timestamp }))
      const at = (spec: Parameters<typeof client.admin.offsets.list>[0][number]["at"], partition = 0) => ({ topic, partition, at: spec })
      const results = await client.admin.offsets.list([
        at("earliest"),
        at("latest"),
        at("max-timestamp"),
        at({ timestamp: 1_500 }),
        at({ timestamp: 9_000 }),
        at("latest", 1),
        at("latest", 7),
        { topic: "nowhere", partition: 0, at: "latest" },
      ])
      expect(results.map((result) => (result.ok ? result.value.offset : result.error.code))).toEqual([
        0,
        3,
        1,
        1,
        null,
        0,
        "UNKNOWN_TOPIC_OR_PARTITION",
        "UNKNOWN_TOPIC_OR_PARTITION",
      ])
      expect(results[3]).toMatchObject({ value: { timestamp: 3_000 } })
    })
  })

  describe("raw fetch", () => {
    it("gives whole batches, also from the middle of one, and says where the log ends", async () => {
      const client = suite.client()
      const topic = await suite.topic(1)
      await client.producer({ codec: "gzip" }).sendAll(["a", "b", "c"].map((value) => ({ topic, partition: 0, value })))
      const raw = unwrap(await client.fetchRaw({ topic, partition: 0, offset: 1 }))
      expect(raw).toMatchObject({ highWatermark: 3, logStartOffset: 0 })
      expect(raw.batches.map(({ baseOffset, lastOffset, recordsCount }) => [baseOffset, lastOffset, recordsCount])).toEqual([[0, 2, 3]])
      expect(await client.fetchRaw({ topic, partition: 0, offset: 9 })).toMatchObject({ ok: false, error: { code: "OFFSET_OUT_OF_RANGE" } })
      expect(await client.fetchRaw({ topic, partition: 4, offset: 0 })).toMatchObject({
        ok: false,
        error: { code: "UNKNOWN_TOPIC_OR_PARTITION" },
      })
    })
  })

  describe("groups from outside", () => {
    it("moves, reads and forgets offsets of an empty group, with metadata and leader epoch, then deletes it", async () => {
      const { admin } = suite.client()
      const topic = await suite.topic(2)
      const group = suite.name("group")
      const moved = await admin.groups.alterOffsets(group, [
        { topic, partition: 0, offset: 5, leaderEpoch: 0, metadata: "from here" },
        { topic, partition: 1, offset: 7 },
        { topic: "nowhere", partition: 0, offset: 1 },
      ])
      expect(moved.map((result) => (result.ok ? "ok" : `${result.error.code} ${result.error.path}`))).toEqual([
        "ok",
        "ok",
        "UNKNOWN_TOPIC_OR_PARTITION /2",
      ])
      const offsets = unwrap((await admin.groups.offsets([group])).get(group) ?? missing)
      expect(offsets.find(({ partition }) => partition === 0)?.result).toEqual({
        ok: true,
        value: { offset: 5, leaderEpoch: 0, metadata: "from here" },
      })
      expect(offsets.find(({ partition }) => partition === 1)?.result).toEqual({
        ok: true,
        value: { offset: 7, leaderEpoch: null, metadata: "" },
      })
      const listed = unwrap(await admin.groups.list())
      expect(listed.failures).toEqual([])
      expect(listed.groups.find(({ id }) => id === group)).toMatchObject({ state: "empty", type: "classic" })
      expect(await admin.groups.deleteOffsets(group, [{ topic, partition: 0 }])).toMatchObject([{ ok: true }])
      const one = { group, partitions: [{ topic, partition: 0 }] }
      expect(unwrap((await admin.groups.offsets([one])).get(group) ?? missing)).toMatchObject([
        { partition: 0, result: { value: { offset: null } } },
      ])
      expect((await admin.groups.delete([group, "no-group"])).get(group)).toMatchObject({ ok: true })
      expect((await admin.groups.describe([group])).get(group)).toMatchObject({ ok: false, error: { code: "GROUP_ID_NOT_FOUND" } })
    })

    it("refuses metadata that is too large, per offset", async () => {
      const { admin } = suite.client()
      const topic = await suite.topic(2)
      const results = await admin.groups.alterOffsets(suite.name("group"), [
        { topic, partition: 0, offset: 1, metadata: "x".repeat(5_000) },
        { topic, partition: 1, offset: 1 },
      ])
      expect(results.map((result) => (result.ok ? "ok" : result.error.code))).toEqual(["OFFSET_METADATA_TOO_LARGE", "ok"])
    })
  })

  describe("reading messages", () => {
    it("shows the newest, newest first, over all partitions", async () => {
      const client = suite.client()
      const topic = await suite.topic(3)
      const records = Array.from({ length: 30 }, (_, i) => ({ topic, partition: i % 3, value: `${i}`, timestamp: 1_000_000 + i }))
      await client.producer().sendAll(records)
      const answer = unwrap(await client.readMessages({ topic, newest: 5 }))
      expect(answer.records.map(({ value }) => text(value))).toEqual(["29", "28", "27", "26", "25"])
      expect(answer.stoppedBy).toBeNull()
      expect(answer.partitions).toMatchObject([{ logStart: 0, logEnd: 10, nextOffset: 10 }, {}, {}])
      expect(unwrap(await client.readMessages({ topic, newest: 500, partitions: [1] })).records).toHaveLength(10)
    })

    it("reads a range by time, page by page, the oldest first", async () => {
      const client = suite.client()
      const topic = await suite.topic(2)
      await client
        .producer()
        .sendAll(Array.from({ length: 20 }, (_, i) => ({ topic, partition: i % 2, value: `${i}`, timestamp: 1_000 * i })))
      const range = { topic, from: { timestamp: 5_000 }, to: { timestamp: 15_000 }, maxRecords: 4 }
      const seen: (string | null)[] = []
      let resume: Map<number, number> | undefined
      for (let page = 0; page < 10; page++) {
        const answer = unwrap(await client.readMessages({ ...range, resume }))
        seen.push(...answer.records.map(({ value }) => text(value)))
        resume = new Map(answer.partitions.map(({ partition, nextOffset }) => [partition, nextOffset]))
        if (answer.stoppedBy === null) break
      }
      expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => `${i + 5}`))
    })

    it("stops at the bound of bytes and says so", async () => {
      const client = suite.client()
      const topic = await suite.topic(1)
      await client.producer().sendAll(Array.from({ length: 10 }, () => ({ topic, value: Buffer.alloc(1_000) })))
      const answer = unwrap(await client.readMessages({ topic, from: "earliest", maxBytes: 3_500 }))
      expect(answer).toMatchObject({ stoppedBy: "bytes", partitions: [{ nextOffset: 3 }] })
      expect(unwrap(await client.readMessages({ topic, newest: 10, maxBytes: 3_500 }))).toMatchObject({ stoppedBy: "bytes" })
    })

    it("answers what is wrong with the question", async () => {
      const client = suite.client()
      const topic = await suite.topic(1)
      expect(await client.readMessages({ topic: "nowhere", newest: 1 })).toMatchObject({ error: { code: "UNKNOWN_TOPIC_OR_PARTITION" } })
      expect(await client.readMessages({ topic, newest: 0 })).toMatchObject({ error: { code: "BAD_INPUT", path: "/newest" } })
      expect(await client.readMessages({ topic, from: { offset: -1 } })).toMatchObject({ error: { code: "BAD_INPUT", path: "/from" } })
      expect(await client.readMessages({ topic, newest: 1, partitions: [3] })).toMatchObject({
        error: { code: "BAD_INPUT", path: "/partitions" },
      })
    })

    it("follows new messages until it is told to stop", async () => {
      const client = suite.client()
      const topic = await suite.topic(2)
      const producer = client.producer()
      await producer.send({ topic, partition: 0, value: "before" })
      const stop = new AbortController()
      const seen: (string | null)[] = []
      // The tail begins at some moment after its start: records are sent until it has seen some.
      const feeding = setInterval(() => void producer.send({ topic, value: "after" }), 50)
      for await (const { records } of client.tailMessages({ topic, signal: stop.signal })) {
        seen.push(...records.map(({ value }) => text(value)))
        if (seen.length >= 3) stop.abort()
      }
      clearInterval(feeding)
      expect(new Set(seen)).toEqual(new Set(["after"]))
    })
  })
}

const missing = { ok: false as const, error: { code: "BAD_ANSWER" as const, message: "nothing was answered", path: "", retriable: false } }
