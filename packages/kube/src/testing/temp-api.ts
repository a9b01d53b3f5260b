// An embedded resource API of its own for one test: real TLS, real files in a temporary folder, gone at the end.
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crds } from "@rivven/resources"
import { KubeClient } from "../client.ts"
import { type EmbeddedApi, type EmbeddedApiOptions, startEmbeddedApi } from "../embedded/index.ts"

export type TempApi = EmbeddedApi & {
  dir: string
  client: KubeClient
  /** Stops and starts again over the same directory, on another port. */
  restart(): Promise<TempApi>
  [Symbol.asyncDispose](): Promise<void>
}

export type TempApiOptions = Partial<EmbeddedApiOptions>

export async function startTempApi(options: TempApiOptions = {}): Promise<TempApi> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "rivven-kube-")))
  const api = await startEmbeddedApi({ listen: { host: "127.0.0.1", port: 0 }, crds: crds(), ...options, dir })
  const client = new KubeClient({ server: api.server, ca: api.caPem, token: api.token }, options.ports)
  const stop = async (): Promise<void> => {
    await client.close()
    await api.stop()
  }
  return {
    ...api,
    dir,
    client,
    stop,
    restart: async () => {
      await stop()
      return await startTempApi({ ...options, dir })
    },
    [Symbol.asyncDispose]: async () => {
      await stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
