import type { crds as makeCrds } from "@rivven/resources"
import type { ApiUnderTest } from "./api-under-test.ts"

/** Creates the definitions and waits until their kinds are served. */
export async function loadDefinitions(api: ApiUnderTest, crds: ReturnType<typeof makeCrds>): Promise<void> {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
  for (const crd of crds) {
    const { status, body } = await api.post(path, crd)
    if (status !== 201) throw new Error(`${crd.metadata.name} was not accepted: ${JSON.stringify(body)}`)
  }
  for (const { metadata, spec } of crds) {
    const watch = await api.openWatch(`${path}?watch=1&fieldSelector=metadata.name%3D${metadata.name}`)
    for (let isServed = false; !isServed; ) {
      const [event] = await watch.take(1)
      const conditions: { type: string; status: string }[] = event?.object.status?.conditions ?? []
      isServed = conditions.some(({ type, status }) => type === "Established" && status === "True")
    }
    watch.close()
    // Established is not yet served.
    const collection = `/apis/${spec.group}/${spec.versions[0]?.name}/${spec.names.plural}`
    while ((await api.get(collection)).status !== 200);
    while (!(await api.get("/openapi/v3")).body.paths[`apis/${spec.group}/${spec.versions[0]?.name}`]);
  }
}
