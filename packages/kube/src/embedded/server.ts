import { KubeError } from "../errors.ts"
import type { KubePorts, Logger } from "../ports.ts"

export type EmbeddedApiOptions = {
  /** Holds one YAML file per object, and `.state`. */
  dir: string
  /** Port 0 picks a free one. */
  listen: { host: string; port: number }
  /** CustomResourceDefinitions of the kinds to serve. */
  crds: readonly object[]
  /** Where to write the kubeconfig; `<dir>/.state/kubeconfig` when absent. */
  kubeconfigPath?: string
  logger?: Logger
  ports?: Partial<KubePorts>
}

export type EmbeddedApi = {
  /** `https://127.0.0.1:PORT` */
  server: string
  caPem: string
  token: string
  kubeconfigPath: string
  stop(): Promise<void>
}

export function startEmbeddedApi(_options: EmbeddedApiOptions): Promise<EmbeddedApi> {
  return Promise.reject(new KubeError("ServiceUnavailable", "the embedded resource API is not part of this build"))
}
