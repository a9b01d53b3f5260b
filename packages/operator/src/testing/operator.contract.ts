// What the operator does with topics and clusters, on any resource API and any broker.
import { resourceTypes } from "@rivven/kube"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { topicFinalizer } from "../names.ts"
import type { OperatorConfig } from "../operator.ts"
import { condition, Stand, type Surroundings } from "./stand.ts"

export function operatorContract(name: string, surround: () => Promise<Surroundings>): void {
  describe(`operator on ${name}`, () => {
    let around: Surroundings

    beforeAll(async () => {
      around = await surround()
    }, 120_000)
    afterAll(async () => {
      await around?.[Symbol.asyncDispose]()
    })

    const stand = async (settings?: Partial<OperatorConfig>): Promise<Stand> => {
      const made = await new Stand(around, settings).prepare()
      await made.startOperator()
      return made
    }

    test("makes a topic, holds it by a finalizer and says what the broker says", async () => {
      await using on = await stand()
      await on.cluster()
      await on.topic("orders", {
        partitions: 3,
        config: { retentionMs: 5000, compressionType: "none", custom: { "segment.ms": "100000" } },
      })
      const topic = await on.ready("orders")
      const seen = await on.describe(on.name("orders"))
      expect(topic.metadata.finalizers).toEqual([topicFinalizer])
      expect(topic.status).toMatchObject({
        phase: "Ready",
        topicExists: true,
        topicId: seen?.id,
        currentPartitions: 3,
        currentReplicationFactor: 1,
      })
      expect(topic.status?.partitionInfo?.map(({ partition }) => partition)).toEqual([0, 1, 2])
      expect(await on.configs(on.name("orders"))).toMatchObject({
        "retention.ms": "5000",
        "compression.type": "uncompressed",
        "segment.ms": "100000",
        "cleanup.policy": "delete",
      })
      await on.stopOperator()
      expect(await on.events("orders")).toContain("Created")
    })

    test("leaves partitions and copies to the broker when the resource does not say them", async () => {
      await using on = await stand()
      await on.cluster()
      await on.topic("plain")
      const { status } = await on.ready("plain")
      expect(status?.currentPartitions).toBe((await on.describe(on.name("plain")))?.partitions.length)
    })

    test("sets what changes, unsets only what it set, and leaves the rest of the topic alone", async () => {
      await using on = await stand()
      await on.cluster()
      await on.topic("t", { config: { custom: { "segment.ms": "100000" } } })
      await on.ready("t")
      await on.setConfig(on.name("t"), "index.interval.bytes", "8192")
      const { metadata } = await on.topic("t", { config: { retentionMs: 7000 } })
      const { status } = await on.ready("t", metadata.generation)
      const configs = await on.configs(on.name("t"))
      expect(configs).toMatchObject({ "retention.ms": "7000", "index.interval.bytes": "8192" })
      expect(configs).not.toHaveProperty("segment.ms")
      expect(status?.managedConfigKeys).not.toContain("segment.ms")
    })

    test("adds partitions", async () => {
      await using on = await stand()
      await on.cluster()
      await on.topic("t", { partitions: 2 })
      await on.ready("t")
      const { metadata } = await on.topic("t", { partitions: 5 })
      expect((await on.ready("t", metadata.generation)).status?.currentPartitions).toBe(5)
    })

    test("adopts a topic that exists and lists what changes", async () => {
      await using on = await stand()
      const id = await on.make({ name: on.name("old"), partitions: 2, configs: { "retention.ms": "99000" } })
      await on.cluster()
      await on.topic("old", { config: { retentionMs: 7000 } })
      expect((await on.ready("old")).status?.topicId).toBe(id)
      expect(await on.configs(on.name("old"))).toMatchObject({ "retention.ms": "7000" })
      await on.stopOperator()
      expect(await on.events("old")).toContain("Adopted")
    })

    test("refuses a topic that exists under FailIfExists and leaves it as it is", async () => {
      await using on = await stand()
      await on.make({ name: on.name("old"), partitions: 2, configs: { "retention.ms": "99000" } })
      await on.cluster()
      await on.topic("old", { adoptionPolicy: "FailIfExists", config: { retentionMs: 7000 } })
      expect((await on.failing("old", "TopicExists")).status?.phase).toBe("Failed")
      expect(await on.configs(on.name("old"))).toEqual({ "retention.ms": "99000" })
      await on.topic("new", { adoptionPolicy: "FailIfExists" })
      await on.ready("new")
    })

    test("keeps its hands off the broker's own topics, and lets their resources go at once", async () => {
      await using on = await stand()
      await on.make({ name: on.name("read"), partitions: 1 })
      await on.stranger.admin.groups.alterOffsets(on.name("group"), [{ topic: on.name("read"), partition: 0, offset: 0 }])
      await on.cluster()
      for (const topicName of ["__consumer_offsets", "__cluster_metadata"]) {
        const name = topicName.slice(2).replace("_", "-")
        await on.topic(name, { topicName, deleteOnRemove: true, config: { retentionMs: 7000 } })
        const { status } = await on.failing(name, "InternalTopic")
        expect(status).toMatchObject({ phase: "Failed", message: expect.stringContaining(`${topicName} is an internal topic`) })
        expect(status?.topicId).toBeUndefined()
        await on.remove("RivvenTopic", name)
        await on.untilGone(name)
      }
      expect(await on.configs("__consumer_offsets")).not.toHaveProperty("retention.ms")
      await on.stopOperator()
      expect(await on.events("consumer-offsets")).toEqual(["InternalTopic"])
    })

    test("reverts a config that somebody changed on the broker, and says so", async () => {
      await using on = await stand({ resyncMs: 300 })
      await on.cluster()
      await on.topic("t", { config: { retentionMs: 5000 } })
      await on.ready("t")
      await on.setConfig(on.name("t"), "retention.ms", "123456")
      const topic = await on.until("t", (each) => condition(each, "Drifted")?.reason === "Repaired")
      expect(condition(topic, "Drifted")).toMatchObject({
        status: "False",
        message: expect.stringContaining("spec.config.retentionMs 123456 → 5000"),
      })
      expect(await on.configs(on.name("t"))).toMatchObject({ "retention.ms": "5000" })
      await on.stopOperator()
      expect(await on.events("t")).toContain("Drifted")
    })

    test("shows drift that cannot be reverted", async () => {
      await using on = await stand({ resyncMs: 300 })
      await on.cluster()
      await on.topic("t", { partitions: 2 })
      await on.ready("t")
      await on.stranger.admin.topics.createPartitions([{ name: on.name("t"), count: 4 }])
      const topic = await on.failing("t", "NotSupported")
      expect(condition(topic, "Drifted")?.status).toBe("True")
      expect(topic.status?.drift).toEqual([{ field: "spec.partitions", desired: "2", observed: "4" }])
      const { metadata } = await on.topic("t", { partitions: 4 })
      expect((await on.ready("t", metadata.generation)).status?.drift).toEqual([])
    })

    test("refuses another number of copies", async () => {
      await using on = await stand()
      await on.cluster()
      await on.topic("t", { partitions: 1 })
      await on.ready("t")
      await on.topic("t", { partitions: 1, replicationFactor: 3 })
      expect((await on.failing("t", "NotSupported")).status?.message).toContain("spec.replicationFactor: the topic has 1 copies, not 3")
    })

    test("makes a topic again that somebody deleted, and manages one that was made anew", async () => {
      await using on = await stand({ resyncMs: 300 })
      await on.cluster()
      await on.topic("t", { partitions: 2 })
      const first = (await on.ready("t")).status?.topicId
      await on.unmake(on.name("t"))
      await on.until("t", ({ status }) => status?.phase === "Ready" && status.topicId !== first)
      await on.stopOperator()
      const made = await on.unmake(on.name("t"), { partitions: 2 })
      await on.startOperator()
      await on.until("t", ({ status }) => status?.phase === "Ready" && status.topicId === made)
      await on.stopOperator()
      expect(await on.events("t")).toEqual(expect.arrayContaining(["TopicMissing", "TopicRecreated"]))
    })

    test("keeps the topic when its resource is deleted, unless the resource says otherwise", async () => {
      await using on = await stand()
      await on.cluster()
      await Promise.all([on.topic("kept"), on.topic("dropped", { deleteOnRemove: true })])
      await Promise.all([on.ready("kept"), on.ready("dropped")])
      await Promise.all([on.remove("RivvenTopic", "kept"), on.remove("RivvenTopic", "dropped")])
      await Promise.all([on.untilGone("kept"), on.untilGone("dropped")])
      expect(await on.describe(on.name("kept"))).toBeDefined()
      expect(await on.describe(on.name("dropped"))).toBeUndefined()
    })

    test("never deletes a topic that is not the one it had", async () => {
      await using on = await stand()
      await on.cluster()
      await on.topic("t", { deleteOnRemove: true, partitions: 1 })
      await on.ready("t")
      await on.stopOperator()
      await on.unmake(on.name("t"), { partitions: 1 })
      await on.remove("RivvenTopic", "t")
      await on.startOperator()
      await on.untilGone("t")
      expect(await on.describe(on.name("t"))).toBeDefined()
      await on.stopOperator()
      expect(await on.events("t")).toContain("AutoCreateRace")
    })

    test("waits for an annotation while deletions are denied", async () => {
      await using on = await stand({ topicDeletion: "deny" })
      await on.cluster()
      await on.topic("t", { deleteOnRemove: true })
      await on.ready("t")
      await on.remove("RivvenTopic", "t")
      const waiting = await on.until("t", ({ status }) => status?.phase === "Deleting")
      expect(waiting.status?.message).toContain("rivven.io/allow-deletion")
      expect(await on.describe(on.name("t"))).toBeDefined()
      await on.annotate("t", { "rivven.io/allow-deletion": "true" })
      await on.untilGone("t")
      expect(await on.describe(on.name("t"))).toBeUndefined()
    })

    test("changes nothing while paused, and everything afterwards", async () => {
      await using on = await stand()
      await on.cluster()
      await on.topic("t", { config: { retentionMs: 5000 } })
      await on.ready("t")
      await on.annotate("t", { "rivven.io/paused": "true" })
      await on.until("t", (topic) => condition(topic, "Paused")?.status === "True")
      const { metadata } = await on.topic("t", { config: { retentionMs: 6000 } })
      const paused = await on.until("t", ({ status }) => status?.observedGeneration === metadata.generation)
      expect(paused.status?.phase).toBe("Paused")
      expect(await on.configs(on.name("t"))).toMatchObject({ "retention.ms": "5000" })
      await on.annotate("t", { "rivven.io/paused": null })
      expect(condition(await on.until("t", ({ status }) => status?.phase === "Ready"), "Paused")).toBeUndefined()
      expect(await on.configs(on.name("t"))).toMatchObject({ "retention.ms": "6000" })
    })

    test("lets go of a topic that is marked unmanaged", async () => {
      await using on = await stand()
      await on.cluster()
      await on.topic("t", { deleteOnRemove: true })
      await on.ready("t")
      await on.annotate("t", { "rivven.io/managed": "false" })
      const topic = await on.until("t", ({ status }) => status?.phase === "Unmanaged")
      expect(topic.metadata.finalizers ?? []).toEqual([])
      await on.remove("RivvenTopic", "t")
      await on.untilGone("t")
      expect(await on.describe(on.name("t"))).toBeDefined()
    })

    test("gives a topic to the oldest resource, and to the next when that one goes", async () => {
      await using on = await stand()
      await on.cluster()
      const topicName = on.name("same")
      await on.topic("a-first", { topicName, config: { retentionMs: 5000 } })
      await on.ready("a-first")
      await on.topic("b-second", { topicName, config: { retentionMs: 6000 } })
      const loser = await on.failing("b-second", "ResourceConflict")
      expect(loser.status?.message).toContain(`${on.namespace}/a-first`)
      expect(await on.configs(topicName)).toMatchObject({ "retention.ms": "5000" })
      await on.remove("RivvenTopic", "a-first")
      await on.ready("b-second")
      expect(await on.configs(topicName)).toMatchObject({ "retention.ms": "6000" })
    })

    test("waits for the cluster, and goes on as soon as it is there", async () => {
      await using on = await stand()
      await on.topic("t")
      expect((await on.failing("t", "ClusterNotFound")).status?.phase).toBe("Pending")
      await on.cluster({ external: { bootstrapServers: ["127.0.0.1:1"] } })
      await on.failing("t", "ClusterUnreachable")
      const gone = await on.untilCluster("local", (cluster) => condition(cluster, "Ready")?.reason === "ClusterUnreachable")
      expect(gone.status?.phase).toBe("Degraded")
      await on.cluster()
      await on.ready("t")
      const here = await on.untilCluster("local", (cluster) => condition(cluster, "Ready")?.status === "True")
      expect(here.status).toMatchObject({ phase: "Running", readyReplicas: 1, brokerEndpoints: [on.bootstrap] })
    })

    test("says of a cluster without an address that no nodes are run here, and of its topics too", async () => {
      await using on = await stand()
      await on.cluster({ replicas: 1 })
      await on.topic("t")
      const cluster = await on.untilCluster("local", (each) => condition(each, "Ready") !== undefined)
      expect(condition(cluster, "Ready")).toMatchObject({ status: "False", reason: "WorkloadsUnavailable" })
      await on.failing("t", "WorkloadsUnavailable")
    })

    test("keeps a deletion waiting while the cluster cannot be reached, and for the grace when its resource is gone", async () => {
      await using on = await stand({ orphanGraceMs: 0 })
      await on.cluster()
      await on.topic("t", { deleteOnRemove: true })
      await on.ready("t")
      await on.cluster({ external: { bootstrapServers: ["127.0.0.1:1"] } })
      await on.untilCluster("local", (cluster) => condition(cluster, "Ready")?.status === "False")
      await on.remove("RivvenTopic", "t")
      const waiting = await on.until("t", ({ status }) => status?.phase === "Deleting" && status.message !== undefined)
      expect(condition(waiting, "Ready")?.reason).toBe("ClusterUnreachable")
      await on.remove("RivvenCluster", "local")
      await on.untilGone("t")
      expect(await on.describe(on.name("t"))).toBeDefined()
      await on.stopOperator()
      expect(await on.events("t")).toContain("Orphaned")
    })

    test("says why the broker refuses a config, keeps the topic as it is, and recovers", async () => {
      await using on = await stand()
      await on.cluster()
      await on.topic("t", { config: { retentionMs: 5000 } })
      await on.ready("t")
      await on.topic("t", { config: { retentionMs: 6000, custom: { "no.such.config": "1" } } })
      const topic = await on.failing("t", "InvalidConfig")
      expect(condition(topic, "ConfigApplied")).toMatchObject({ status: "False", reason: "InvalidConfig" })
      expect(await on.configs(on.name("t"))).toMatchObject({ "retention.ms": "5000" })
      const { metadata } = await on.topic("t", { config: { retentionMs: 6000 } })
      await on.ready("t", metadata.generation)
      expect(await on.configs(on.name("t"))).toMatchObject({ "retention.ms": "6000" })
    })

    test("keeps to the configs that an external cluster allows", async () => {
      await using on = await stand()
      await on.cluster({ external: { bootstrapServers: [on.bootstrap], topicConfigAllowList: ["retention.ms"] } })
      await on.topic("t", { config: { retentionMs: 5000 } })
      const topic = await on.ready("t")
      expect(await on.configs(on.name("t"))).toEqual({ "retention.ms": "5000" })
      expect(condition(topic, "ConfigApplied")?.message).toContain("segment.bytes")
    })

    test("admits a topic of another namespace only where the cluster does", async () => {
      await using other = await new Stand(around).prepare()
      await using on = await new Stand(around).prepare()
      await on.startOperator({ namespaces: [on.namespace, other.namespace] })
      await on.cluster()
      await other.topic("t", { clusterRef: { name: "local", namespace: on.namespace } })
      await other.failing("t", "ClusterNotAllowed")
      await on.cluster({ external: { bootstrapServers: [on.bootstrap] }, allowedNamespaces: { from: "All" } })
      await other.ready("t")
    })

    test("writes nothing in a steady state, neither to the broker nor to the resources", async () => {
      await using on = await stand({ resyncMs: 50, clusterCheckMs: 50 })
      await on.cluster()
      await Promise.all(["a", "b", "c"].map((topic) => on.topic(topic, { partitions: 1 })))
      await Promise.all(["a", "b", "c"].map((topic) => on.ready(topic)))
      await on.untilCluster("local", (cluster) => condition(cluster, "Ready")?.status === "True")
      await on.calls.more("topics.describe", 3)
      const before = await resourceVersions(on)
      const { writes } = on.calls
      await Promise.all([on.calls.more("topics.describe", 10), on.calls.more("cluster.describe", 5)])
      expect(await resourceVersions(on)).toEqual(before)
      expect(on.calls.writes).toBe(writes)
    })

    test("says an outage once and writes nothing more while it lasts", async () => {
      await using on = await stand({ resyncMs: 50, clusterCheckMs: 50, batch: { lingerMs: 2, callTimeoutMs: 200 } })
      await on.cluster({ external: { bootstrapServers: ["127.0.0.1:1"] } })
      await on.topic("t")
      await on.failing("t", "ClusterUnreachable")
      await on.untilCluster("local", (cluster) => condition(cluster, "Ready")?.status === "False")
      await on.calls.more("cluster.describe", 2)
      const before = await resourceVersions(on)
      await Promise.all([on.calls.more("topics.describe", 3), on.calls.more("cluster.describe", 5)])
      expect(await resourceVersions(on)).toEqual(before)
    })

    test("asks about many topics in one call", async () => {
      await using on = await stand({ batch: { lingerMs: 60 } })
      await on.stopOperator()
      await on.cluster()
      const names = Array.from({ length: 60 }, (_, at) => `t${at}`)
      await Promise.all(names.map((topic) => on.topic(topic, { partitions: 1 })))
      await on.startOperator()
      await Promise.all(names.map((topic) => on.ready(topic)))
      expect(on.calls.count("topics.create")).toBeLessThan(20)
      expect(on.calls.count("topics.describe")).toBeLessThan(40)
    })

    test("goes on after a restart without touching what is in order", async () => {
      await using on = await stand()
      await on.cluster()
      await on.topic("t", { partitions: 2 })
      const before = await on.ready("t")
      await on.stopOperator()
      const writes = on.calls.writes
      const looked = on.calls.more("topics.describe", 1)
      await on.startOperator({ resyncMs: 100 })
      await looked
      await on.calls.more("topics.describe", 2)
      expect(on.topics.get(`${on.namespace}/t`)?.metadata.resourceVersion).toBe(before.metadata.resourceVersion)
      expect(on.calls.writes).toBe(writes)
    })
  })
}

async function resourceVersions(on: Stand): Promise<Record<string, string | undefined>> {
  const selection = { namespace: on.namespace }
  const lists = await Promise.all([
    on.kube.listAll(resourceTypes.rivvenTopics, selection),
    on.kube.listAll(resourceTypes.rivvenClusters, selection),
    on.kube.listAll(resourceTypes.events, selection),
  ])
  const items = lists.flatMap(({ items: each }) => each)
  return Object.fromEntries(items.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, metadata.resourceVersion]))
}
