import { errorName } from "@rivven/protocol"
import { AlterConfigs, AlterPartitionReassignments, DescribeConfigs, DescribeQuorum, ElectLeaders, IncrementalAlterConfigs, ListConfigResources } from "@rivven/protocol/messages"
import { Talk } from "./talk.ts"
import { startTestBroker } from "./in-process.ts"
const [host, port] = (process.argv[2] ?? "").split(":")
const rivven = await startTestBroker()
for (const [who, at] of [["kafka", { host: host!, port: Number(port) }], ["rivven", rivven]] as const) {
  const talk = await Talk.to(at)
  const id = (await talk.wire.call((await import("@rivven/protocol/messages")).DescribeCluster, 1, { endpointType: 1, includeClusterAuthorizedOperations: false })).brokers[0]!.brokerId
  await talk.createTopic("cmp")
  await new Promise((r) => setTimeout(r, 500))
  const say = (what: string, list: { errorCode: number; errorMessage?: string | null }[]) => console.log(who, what, list.map((r) => `${errorName(r.errorCode)} ${(r.errorMessage ?? "").slice(0, 60)}`).join(" | "))
  const alter = async (what: string, ...resources: [number, string, Record<string, string | null>][]) => say(`33 ${what}`, (await talk.wire.call(AlterConfigs, 2, { validateOnly: false, resources: resources.map(([resourceType, resourceName, c]) => ({ resourceType, resourceName, configs: Object.entries(c).map(([name, value]) => ({ name, value })) })) })).responses as never)
  const inc = async (what: string, ...resources: [number, string, Record<string, string | null>][]) => say(`44 ${what}`, (await talk.wire.call(IncrementalAlterConfigs, 1, { validateOnly: false, resources: resources.map(([resourceType, resourceName, c]) => ({ resourceType, resourceName, configs: Object.entries(c).map(([name, value]) => ({ name, value, configOperation: 0 })) })) })).responses as never)
  const desc = async (what: string, resourceType: number, resourceName: string) => { const r = (await talk.wire.call(DescribeConfigs, 4, { resources: [{ resourceType, resourceName, configurationKeys: null }], includeSynonyms: true, includeDocumentation: false })).results; say(`32 ${what}`, r as never); if (resourceType === 32) console.log("   ", JSON.stringify(r[0]!.configs.filter((c) => c.name.startsWith("consumer.")))) }
  await alter("null", [2, "cmp", { "segment.ms": null }])
  await inc("null", [2, "cmp", { "segment.ms": null }])
  await alter("twice", [2, "cmp", {}], [2, "cmp", {}])
  await inc("twice", [2, "cmp", {}], [2, "cmp", {}])
  for (const f of [alter, inc]) {
    await f("logger", [8, String(id), { root: "DEBUG" }])
    await f("metrics", [16, "m", { nope: "DEBUG" }])
    await f("type 9", [9, "m", {}])
    await f("group empty", [32, "", { "consumer.session.timeout.ms": "50000" }])
    await f("group unknown", [32, "g", { "consumer.session": "50000" }])
    await f("group bound", [32, "g", { "consumer.session.timeout.ms": "1" }])
    await f("group ok", [32, "g", { "consumer.session.timeout.ms": "50000" }])
    await f("internal", [2, "__consumer_offsets", {}])
    await f("readonly", [4, String(id), { "node.id": "9" }])
  }
  await desc("logger", 8, String(id)); await desc("metrics", 16, "m"); await desc("type 9", 9, "m"); await desc("group", 32, "g"); await desc("group other", 32, "g2"); await desc("group empty", 32, "")
  const list = await talk.wire.call(ListConfigResources, 1, { resourceTypes: [9] }); say("74 9", [list])
  const all = await talk.wire.call(ListConfigResources, 1, { resourceTypes: [] }); console.log(who, JSON.stringify(all.configResources.filter((r) => r.resourceType !== 2 )))
  const el = await talk.wire.call(ElectLeaders, 2, { electionType: 0, topicPartitions: [{ topic: "cmp", partitions: [0, 77, -1] }, { topic: "nope", partitions: [0] }], timeoutMs: 3000 })
  say("43", [el, ...el.replicaElectionResults.flatMap((r) => r.partitionResult)] as never)
  const el2 = await talk.wire.call(ElectLeaders, 2, { electionType: 5, topicPartitions: [{ topic: "cmp", partitions: [0] }], timeoutMs: 3000 })
  say("43 type 5", [el2, ...el2.replicaElectionResults.flatMap((r) => r.partitionResult)] as never)
  for (const replicas of [null, [], [id], [id, id], [99], [id, 99]])
    for (const allowReplicationFactorChange of [true, false]) { const r = await talk.wire.call(AlterPartitionReassignments, 1, { timeoutMs: 3000, allowReplicationFactorChange, topics: [{ name: "cmp", partitions: [{ partitionIndex: 0, replicas }] }] }); say(`45 ${JSON.stringify(replicas)} ${allowReplicationFactorChange}`, [r, ...r.responses.flatMap((t) => t.partitions)] as never) }
  for (const topics of [[{ topicName: "__cluster_metadata", partitions: [{ partitionIndex: 0 }] }], [{ topicName: "cmp", partitions: [{ partitionIndex: 0 }] }], []]) { const q = await talk.wire.call(DescribeQuorum, 2, { topics }); console.log(who, "55", JSON.stringify(q)) }
  await talk[Symbol.asyncDispose]()
}
process.exit(0)
