// The RivvenCluster `local`: how console, operator and kubectl know the broker of this process. It is applied at every start, because the
// port may have been moved, and again when somebody deletes it: the broker is still there. What others wrote into it stays.
import { Informer, type KubeClient, resourceTypes } from "@rivven/kube"
import type { Logger } from "pino"

const namespace = "default"
const name = "local"

export interface LocalCluster {
  stop(): Promise<void>
}

/** `kafka` is `host:port`. Resolves when the resource is there. */
export async function keepLocalCluster(kube: KubeClient, kafka: string, logger: Logger): Promise<LocalCluster> {
  await apply(kube, kafka)
  const informer = new Informer({
    client: kube,
    type: resourceTypes.rivvenClusters,
    selection: { namespace, fieldSelector: `metadata.name=${name}` },
  })
  informer.onChange((_, after) => {
    if (after) return
    logger.warn({ name, namespace }, "the RivvenCluster of this process was deleted; it is applied again")
    apply(kube, kafka).catch((error: unknown) => logger.error({ err: error }, "the RivvenCluster of this process cannot be applied"))
  })
  informer.start()
  await informer.synced()
  return informer
}

async function apply(kube: KubeClient, kafka: string): Promise<void> {
  const cluster = {
    apiVersion: "rivven.io/v1alpha1",
    kind: "RivvenCluster",
    metadata: { name, namespace },
    spec: { replicas: 1, external: { bootstrapServers: [kafka] } },
  }
  await kube.apply(cluster, { manager: "rivven-up", force: true })
}
