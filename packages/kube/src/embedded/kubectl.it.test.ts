import { chmod, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EventRecorder } from "../events.ts"
import type { AnyObject } from "../object.ts"
import { resourceTypes } from "../resource-types.ts"
import { Kubectl, startTempApi, type TempApi } from "../testing/index.ts"

let api: TempApi
let kubectl: Kubectl

beforeAll(async () => {
  api = await startTempApi()
  kubectl = await Kubectl.for(api.kubeconfigPath)
})

afterAll(async () => {
  await kubectl?.[Symbol.asyncDispose]()
  await api?.[Symbol.asyncDispose]()
})

type Topic = { name: string; partitions?: number; retentionMs?: number; extra?: string }

function manifest({ name, partitions = 1, retentionMs = 1000, extra = "" }: Topic): string {
  return `apiVersion: rivven.io/v1alpha1
kind: RivvenTopic
metadata:
  name: ${name}
spec:
  clusterRef:
    name: local
  partitions: ${partitions}
  config:
    retentionMs: ${retentionMs}
${extra}`
}

const applied = async (topic: Topic): Promise<string> => await kubectl.ok(["apply", "-f", "-"], { input: manifest(topic) })

async function setStatus(name: string, status: object): Promise<void> {
  const live = await api.client.get<AnyObject>(resourceTypes.rivvenTopics, { namespace: "default", name })
  if (live) await api.client.patchStatus({ ...live, status }, { manager: "operator" })
}

const readyStatus = {
  phase: "Ready",
  currentPartitions: 12,
  currentReplicationFactor: 3,
  conditions: [{ type: "Ready", status: "True", reason: "TopicReady", message: "", lastTransitionTime: "2026-01-31T12:00:00Z" }],
}

/** A script that kubectl starts as the editor; it edits the file in place. */
async function editorOf(script: string): Promise<string> {
  const path = join(api.dir, `editor-${Math.abs(hash(script))}.sh`)
  await writeFile(path, `#!/bin/sh\n${script} "$1"\n`)
  await chmod(path, 0o755)
  return path
}

function hash(text: string): number {
  let value = 0
  for (const char of text) value = (value * 31 + (char.codePointAt(0) ?? 0)) | 0
  return value
}

describe("kubectl get", () => {
  it("prints the table of the user guide", async () => {
    await applied({ name: "orders-events", partitions: 12 })
    await setStatus("orders-events", readyStatus)
    const lines = (await kubectl.ok(["get", "rivventopics", "orders-events"])).trim().split("\n")
    expect(lines[0]).toMatch(/^NAME +CLUSTER +PARTITIONS +REPLICATION +PHASE +AGE$/)
    expect(lines[1]).toMatch(/^orders-events +local +12 +3 +Ready +\d+s$/)
  })

  it("prints more with -o wide, and takes short names and the category", async () => {
    await applied({ name: "wide" })
    await setStatus("wide", readyStatus)
    expect(await kubectl.ok(["get", "rvt", "wide", "-o", "wide"])).toMatch(/READY +REASON +AGE\nwide .* True +TopicReady +\d+s/)
    expect(await kubectl.ok(["get", "rivven", "-A"])).toContain("rivventopic.rivven.io/wide")
  })

  it("prints YAML, JSON, jsonpath and names", async () => {
    await applied({ name: "forms", partitions: 4 })
    expect(await kubectl.ok(["get", "rvt", "forms", "-o", "yaml"])).toContain("partitions: 4")
    expect(JSON.parse(await kubectl.ok(["get", "rvt", "forms", "-o", "json"])).spec.partitions).toBe(4)
    expect(await kubectl.ok(["get", "rvt", "forms", "-o", "jsonpath={.spec.partitions}"])).toBe("4")
    expect(await kubectl.ok(["get", "rvt", "forms", "-o", "name"])).toBe("rivventopic.rivven.io/forms\n")
    expect(await kubectl.ok(["get", "rvt", "forms", "-o", "custom-columns=P:.spec.partitions"])).toBe("P\n4\n")
  })

  it("shows managed fields only when asked", async () => {
    await applied({ name: "owned" })
    expect(await kubectl.ok(["get", "rvt", "owned", "-o", "yaml"])).not.toContain("managedFields")
    const shown = await kubectl.ok(["get", "rvt", "owned", "-o", "yaml", "--show-managed-fields"])
    expect(shown).toContain("manager: kubectl-client-side-apply")
    expect(shown).toContain("f:partitions: {}")
  })

  it("selects by label and field", async () => {
    await applied({ name: "chosen" })
    await kubectl.ok(["label", "rvt", "chosen", "team=payments"])
    expect(await kubectl.ok(["get", "rvt", "-l", "team in (payments),!legacy", "-o", "name"])).toBe("rivventopic.rivven.io/chosen\n")
    const byField = ["get", "rvt", "--field-selector", "spec.clusterRef.name=local,metadata.name=chosen", "-o", "name"]
    expect(await kubectl.ok(byField)).toBe("rivventopic.rivven.io/chosen\n")
    const refused = await kubectl.run(["get", "rvt", "--field-selector", "spec.partitions=3"])
    expect(refused.stderr).toContain("field label not supported: spec.partitions")
  })

  it("-w prints what happens while it happens", async () => {
    await applied({ name: "watched" })
    // By a selector: of a single object kubectl drops the first event of its watch, which may be the change.
    const watching = kubectl.watch(["get", "rvt", "--field-selector=metadata.name=watched", "-w", "--no-headers"])
    const lines = watching.lines()
    expect((await lines.next()).value).toMatch(/^watched/)
    await setStatus("watched", { phase: "Creating" })
    expect((await lines.next()).value).toMatch(/^watched +local +Creating +\d+s/)
    await kubectl.ok(["delete", "rvt", "watched"])
    expect((await lines.next()).value).toMatch(/^watched/)
    watching.stop()
  })

  it("says what there is not", async () => {
    const { code, stderr } = await kubectl.run(["get", "rvt", "nowhere"])
    expect(code).toBe(1)
    expect(stderr).toBe('Error from server (NotFound): rivventopics.rivven.io "nowhere" not found\n')
  })
})

describe("kubectl describe", () => {
  it("prints fields, conditions and events", async () => {
    await applied({ name: "described" })
    await setStatus("described", readyStatus)
    const live = await api.client.get(resourceTypes.rivvenTopics, { namespace: "default", name: "described" })
    const recorder = new EventRecorder({ client: api.client, controller: "rivven.io/operator", instance: "test" })
    if (live) recorder.record(live, { type: "Normal", reason: "TopicCreated", action: "Create", note: "created with 12 partitions" })
    await recorder.flush()
    const text = await kubectl.ok(["describe", "rivventopic", "described"])
    expect(text).toMatch(/Conditions:\n(?:.*\n)*? +Reason: +TopicReady/)
    expect(text).toMatch(/Normal +TopicCreated +\S+ +rivven\.io\/operator +created with 12 partitions/)
    expect(await kubectl.ok(["get", "events"])).toContain("TopicCreated")
  })
})

describe("kubectl apply", () => {
  it("on the client creates, configures, and leaves unchanged", async () => {
    expect(await applied({ name: "client" })).toBe("rivventopic.rivven.io/client created\n")
    expect(await applied({ name: "client", partitions: 2 })).toBe("rivventopic.rivven.io/client configured\n")
    expect(await applied({ name: "client", partitions: 2 })).toBe("rivventopic.rivven.io/client unchanged\n")
  })

  it("on the server names a conflict with manager and field, and takes over when forced", async () => {
    const apply = (manager: string, partitions: number, ...more: string[]) =>
      kubectl.run(["apply", "--server-side", `--field-manager=${manager}`, ...more, "-f", "-"], {
        input: manifest({ name: "server", partitions }),
      })
    expect((await apply("ci", 3)).stdout).toBe("rivventopic.rivven.io/server serverside-applied\n")
    const refused = await apply("person", 4)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('error: Apply failed with 1 conflict: conflict with "ci": .spec.partitions')
    expect(refused.stderr).toContain("--force-conflicts")
    expect((await apply("person", 4, "--force-conflicts")).code).toBe(0)
    expect(await kubectl.ok(["get", "rvt", "server", "-o", "jsonpath={.spec.partitions}"])).toBe("4")
  })

  it("goes over from the client to the server without a conflict", async () => {
    await applied({ name: "migrated", partitions: 2 })
    const serverSide = ["apply", "--server-side", "-f", "-"]
    expect(await kubectl.ok(serverSide, { input: manifest({ name: "migrated", partitions: 3 }) })).toContain("serverside-applied")
    const yaml = await kubectl.ok(["get", "rvt", "migrated", "-o", "yaml", "--show-managed-fields"])
    expect(yaml).toContain("operation: Apply")
    expect(yaml).not.toContain("kubectl-client-side-apply")
  })

  it("as a dry run keeps nothing, on either side", async () => {
    expect(await kubectl.ok(["apply", "--dry-run=server", "-f", "-"], { input: manifest({ name: "dry" }) })).toContain(
      "created (server dry run)",
    )
    const serverSide = ["apply", "--server-side", "--dry-run=server", "-f", "-"]
    expect(await kubectl.ok(serverSide, { input: manifest({ name: "dry" }) })).toContain("serverside-applied (server dry run)")
    expect((await kubectl.run(["get", "rvt", "dry"])).code).toBe(1)
  })

  it("names the field that it refuses", async () => {
    const misspelt = manifest({ name: "bad", extra: "  partitons: 3\n" })
    const strict = await kubectl.run(["apply", "-f", "-"], { input: misspelt })
    expect(strict.stderr).toContain('strict decoding error: unknown field "spec.partitons"')
    const serverSide = await kubectl.run(["apply", "--server-side", "-f", "-"], { input: misspelt })
    expect(serverSide.stderr).toContain(".spec.partitons: field not declared in schema")
    const outside = await kubectl.run(["apply", "-f", "-"], { input: manifest({ name: "bad", partitions: 0 }) })
    expect(outside.stderr).toContain('The RivvenTopic "bad" is invalid:')
    expect(outside.stderr).toContain("spec.partitions: Invalid value: 0: spec.partitions in body should be greater than or equal to 1")
  })

  it("is shown beforehand by diff", async () => {
    await applied({ name: "differs", partitions: 1 })
    const { code, stdout } = await kubectl.run(["diff", "-f", "-"], { input: manifest({ name: "differs", partitions: 2 }) })
    expect(code).toBe(1)
    expect(stdout).toContain("-  partitions: 1\n+  partitions: 2")
    expect((await kubectl.run(["diff", "-f", "-"], { input: manifest({ name: "differs", partitions: 1 }) })).code).toBe(0)
  })
})

describe("kubectl's other ways to change", () => {
  it("edit", async () => {
    await applied({ name: "edited", partitions: 1 })
    const editor = await editorOf("sed -i 's/partitions: 1$/partitions: 7/'")
    expect(await kubectl.ok(["edit", "rvt", "edited"], { editor })).toContain("rivventopic.rivven.io/edited edited")
    expect(await kubectl.ok(["get", "rvt", "edited", "-o", "jsonpath={.spec.partitions}"])).toBe("7")
  })

  it("edit refuses with the field and keeps the object", async () => {
    await applied({ name: "kept", partitions: 3 })
    const editor = await editorOf("sed -i 's/partitions: 3$/partitions: 2/'")
    const { stderr } = await kubectl.run(["edit", "rvt", "kept"], { editor })
    expect(stderr).toContain('rivventopics.rivven.io "kept" is invalid')
    expect(await kubectl.ok(["get", "rvt", "kept", "-o", "jsonpath={.spec.partitions}"])).toBe("3")
  })

  it("patch, as merge and as JSON, and of the status", async () => {
    await applied({ name: "patched" })
    const patch = (...args: string[]) => kubectl.ok(["patch", "rvt", "patched", ...args])
    expect(await patch("--type=merge", "-p", '{"spec":{"partitions":2}}')).toContain("patched")
    await patch("--type=json", "-p", '[{"op":"replace","path":"/spec/partitions","value":3}]')
    await patch("--subresource=status", "--type=merge", "-p", '{"status":{"phase":"Updating"}}')
    expect(await kubectl.ok(["get", "rvt", "patched", "-o", "jsonpath={.spec.partitions} {.status.phase}"])).toBe("3 Updating")
  })

  it("label, annotate and replace", async () => {
    await applied({ name: "marked" })
    await kubectl.ok(["label", "rvt", "marked", "team=a"])
    await kubectl.ok(["annotate", "rvt", "marked", "note=hello world"])
    await kubectl.ok(["label", "rvt", "marked", "team-"])
    const path = "jsonpath={.metadata.annotations.note} {.metadata.labels}"
    expect(await kubectl.ok(["get", "rvt", "marked", "-o", path])).toBe("hello world ")
    expect(await kubectl.ok(["replace", "-f", "-"], { input: manifest({ name: "marked", partitions: 5 }) })).toContain("replaced")
  })

  it("scale, within the schema", async () => {
    const cluster =
      "apiVersion: rivven.io/v1alpha1\nkind: RivvenCluster\nmetadata: {name: big}\nspec: {version: '1', engine: kafka, replicas: 3}\n"
    await kubectl.ok(["apply", "-f", "-"], { input: cluster })
    expect(await kubectl.ok(["scale", "rvc", "big", "--replicas=5"])).toContain("scaled")
    expect(await kubectl.ok(["get", "rvc", "big", "-o", "jsonpath={.spec.replicas}"])).toBe("5")
    expect((await kubectl.run(["scale", "rvc", "big", "--replicas=0"])).stderr).toContain("spec.replicas")
  })

  it("wait, for a condition and for the end", async () => {
    await applied({ name: "awaited" })
    const waiting = kubectl.ok(["wait", "--for=condition=Ready", "rvt/awaited", "--timeout=20s"])
    await setStatus("awaited", readyStatus)
    expect(await waiting).toContain("condition met")
    const gone = kubectl.ok(["wait", "--for=delete", "rvt/awaited", "--timeout=20s"])
    await kubectl.ok(["delete", "rvt", "awaited"])
    await gone
  })

  it("delete as a dry run deletes nothing", async () => {
    await applied({ name: "spared" })
    expect(await kubectl.ok(["delete", "rvt", "spared", "--dry-run=server"])).toContain("(server dry run)")
    expect(await kubectl.ok(["get", "rvt", "spared", "-o", "name"])).toBe("rivventopic.rivven.io/spared\n")
  })

  it("delete waits for finalizers", async () => {
    await applied({ name: "held" })
    await kubectl.ok(["patch", "rvt", "held", "--type=merge", "-p", '{"metadata":{"finalizers":["rivven.io/test"]}}'])
    const deleting = kubectl.ok(["delete", "rvt", "held", "--timeout=20s"])
    await kubectl.ok(["wait", "rvt/held", "--for=jsonpath={.metadata.deletionTimestamp}", "--timeout=20s"])
    await kubectl.ok(["patch", "rvt", "held", "--type=merge", "-p", '{"metadata":{"finalizers":null}}'])
    expect(await deleting).toContain('rivventopic.rivven.io "held" deleted')
  })
})

describe("kubectl's knowledge of the server", () => {
  it("version, api-resources and explain", async () => {
    expect(await kubectl.ok(["version"])).toMatch(/Server Version: v1\.35/)
    expect(await kubectl.ok(["api-resources"])).toMatch(/rivventopics +rvt +rivven\.io\/v1alpha1 +true +RivvenTopic/)
    expect(await kubectl.ok(["explain", "rivventopic.spec.config.retentionMs"])).toMatch(
      /FIELD: retentionMs <integer>\n[\s\S]*How long records are kept/,
    )
    expect(await kubectl.ok(["explain", "rvt.metadata.labels"])).toContain("<map[string]string>")
    expect(await kubectl.ok(["explain", "rvc", "--recursive"])).toContain("brokerEndpoints")
  })

  it("auth can-i and whoami", async () => {
    expect(await kubectl.ok(["auth", "can-i", "create", "rivventopics"])).toBe("yes\n")
    expect(await kubectl.ok(["auth", "whoami"])).toContain("rivven:owner")
  })

  it("namespaces, ConfigMaps and Secrets, which it posts as protobuf", async () => {
    expect(await kubectl.ok(["create", "namespace", "team-a"])).toBe("namespace/team-a created\n")
    await kubectl.ok(["create", "configmap", "settings", "-n", "team-a", "--from-literal=a=b"])
    await kubectl.ok(["create", "secret", "generic", "login", "-n", "team-a", "--from-literal=password=geheim"])
    expect(await kubectl.ok(["get", "cm,secret", "-n", "team-a"])).toMatch(/configmap\/settings +1 [\s\S]*secret\/login +Opaque +1 /)
    expect(await kubectl.ok(["get", "secret", "login", "-n", "team-a", "-o", "jsonpath={.data.password}"])).toBe("Z2VoZWlt")
    await kubectl.ok(["apply", "-n", "team-a", "-f", "-"], { input: manifest({ name: "theirs" }) })
    expect(await kubectl.ok(["delete", "namespace", "team-a", "--timeout=20s"])).toContain('namespace "team-a" deleted')
    expect((await kubectl.run(["get", "rvt", "theirs", "-n", "team-a"])).code).toBe(1)
  })

  it("patches a ConfigMap strategically", async () => {
    await kubectl.ok(["create", "configmap", "merged", "--from-literal=a=1"])
    await kubectl.ok(["patch", "configmap", "merged", "-p", '{"data":{"b":"2"}}'])
    expect(JSON.parse(await kubectl.ok(["get", "cm", "merged", "-o", "jsonpath={.data}"]))).toEqual({ a: "1", b: "2" })
  })
})
