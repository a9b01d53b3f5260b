// Resources that change: clusters get and lose their brokers, and browsers are told. What the operator did to a topic makes snapshots old.
import type { Deps } from "../context.ts"
import { bootstrapServersOf } from "./kube/objects.ts"

export function followResources({ resources, brokers, live }: Pick<Deps, "resources" | "brokers" | "live">, onClusters: () => void): void {
  resources.onClusterChange((name) => {
    const cluster = resources.cluster(name)
    brokers.update(name, cluster ? bootstrapServersOf(cluster.object) : [])
    live.publish("clusters", "", [name])
    onClusters()
  })
  resources.onTopicChange(({ cluster, topic, namespace, name }) => {
    brokers.get(cluster)?.invalidate(topic)
    live.publish("topics", cluster, [topic])
    live.publish("resources", cluster, [`${namespace}/${name}`])
  })
}
