// A process of its own for tests that kill it: `node serve.ts <dir>` prints one line of JSON when it is ready.
import { crds } from "@rivven/resources"
import { startEmbeddedApi } from "../embedded/index.ts"

const [, , dir = ""] = process.argv
const { server, caPem, token } = await startEmbeddedApi({ dir, listen: { host: "127.0.0.1", port: 0 }, crds: crds() })
process.stdout.write(`${JSON.stringify({ server, caPem, token })}\n`)
