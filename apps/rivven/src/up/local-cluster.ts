// The RivvenCluster `local`: how console, operator and kubectl know the broker of this process. It is applied at every start, because the
// port may have been moved; what somebody else wrote into the resource stays.
import type { KubeClient } from "@rivven/kube"

export const localNamespace = "default"

export async function applyLocalCluster(kube: KubeClient, kafka: string): Promise<void> {
  await kube.apply(
    {
      apiVersion: "rivven.io/v1alpha1",
      kind: "RivvenCluster",
      metadata: { name: "local", namespace: localNamespace },
      spec: { replicas: 1, external: { bootstrapServers: [kafka] } },
    },
    { manager: "rivven-up", force: true },
  )
}
