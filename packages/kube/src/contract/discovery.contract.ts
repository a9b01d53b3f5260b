import { describe, expect, it } from "vitest"
import type { Use } from "./api-under-test.ts"

const aggregatedAccept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
const group = "/apis/rivven.io/v1alpha1"

export function discoveryContract(use: Use): void {
  describe("discovery", () => {
    it("says its version in the form that kubectl compares", async () => {
      const { status, body } = await use().get("/version")
      expect(status).toBe(200)
      expect(body.gitVersion).toMatch(/^v1\.\d+\.\d+/)
      expect(body.major).toBe("1")
    })

    it("is ready", async () => {
      const { status, body } = await use().get("/readyz")
      expect({ status, body }).toEqual({ status: 200, body: "ok" })
    })

    it("refuses a request with a wrong token", async () => {
      const { status, body } = await use().get("/api/v1/namespaces", { token: "wrong" })
      expect(status).toBe(401)
      expect(body).toMatchObject({ kind: "Status", reason: "Unauthorized", code: 401 })
    })

    it("answers a Status for a path that does not exist", async () => {
      const { status } = await use().get("/apis/rivven.io/v1alpha1/unknownthings")
      expect(status).toBe(404)
    })

    it("lists the core version", async () => {
      const { body } = await use().get("/api")
      expect(body).toMatchObject({ kind: "APIVersions", versions: ["v1"] })
    })

    it("lists groups with their preferred version", async () => {
      const { body } = await use().get("/apis")
      expect(body.kind).toBe("APIGroupList")
      const found = body.groups.find((each: { name: string }) => each.name === "rivven.io")
      expect(found.preferredVersion).toEqual({ groupVersion: "rivven.io/v1alpha1", version: "v1alpha1" })
    })

    it("describes one group", async () => {
      const { body } = await use().get("/apis/rivven.io")
      expect(body).toMatchObject({ kind: "APIGroup", name: "rivven.io" })
    })

    it("lists resources with short names, categories, verbs and subresources", async () => {
      const { body } = await use().get(group)
      expect(body.kind).toBe("APIResourceList")
      const byName = new Map(body.resources.map((each: { name: string }) => [each.name, each]))
      expect(byName.get("rivventopics")).toMatchObject({
        kind: "RivvenTopic",
        namespaced: true,
        singularName: "rivventopic",
        shortNames: ["rvt"],
        categories: ["rivven"],
      })
      const { verbs } = byName.get("rivventopics") as { verbs: string[] }
      expect(verbs.toSorted()).toEqual(["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"])
      expect(byName.has("rivventopics/status")).toBe(true)
      expect(byName.get("rivvenclusters/scale")).toMatchObject({ kind: "Scale", group: "autoscaling", version: "v1" })
      expect(byName.has("rivventopics/scale")).toBe(false)
    })

    it("answers aggregated discovery of the named groups", async () => {
      const { body, headers } = await use().get("/apis", { accept: aggregatedAccept })
      expect(headers["content-type"]).toContain("as=APIGroupDiscoveryList")
      expect(body).toMatchObject({ kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2" })
      const found = body.items.find((each: { metadata: { name: string } }) => each.metadata.name === "rivven.io")
      const topics = found.versions[0].resources.find((each: { resource: string }) => each.resource === "rivventopics")
      expect(topics).toMatchObject({ scope: "Namespaced", singularResource: "rivventopic", shortNames: ["rvt"] })
      expect(topics.responseKind).toEqual({ group: "rivven.io", version: "v1alpha1", kind: "RivvenTopic" })
      expect(topics.subresources.map((each: { subresource: string }) => each.subresource)).toEqual(["status"])
    })

    it("answers aggregated discovery of the core group", async () => {
      const { body } = await use().get("/api", { accept: aggregatedAccept })
      const resources = body.items[0].versions[0].resources.map((each: { resource: string }) => each.resource)
      expect(resources).toEqual(expect.arrayContaining(["configmaps", "events", "namespaces", "secrets"]))
    })

    it("lists OpenAPI documents under a hash of their content", async () => {
      const { body } = await use().get("/openapi/v3")
      expect(body.paths["apis/rivven.io/v1alpha1"].serverRelativeURL).toMatch(/^\/openapi\/v3\/apis\/rivven\.io\/v1alpha1\?hash=[0-9A-F]+$/)
    })

    it("describes fields in OpenAPI, found by kind", async () => {
      const { body } = await use().get("/openapi/v3/apis/rivven.io/v1alpha1")
      const schemas = Object.values<Record<string, never>>(body.components.schemas)
      const found = schemas.find((each) => {
        const kinds: { kind: string }[] = each["x-kubernetes-group-version-kind"] ?? []
        return kinds.some(({ kind }) => kind === "RivvenTopic")
      })
      expect(found?.properties).toMatchObject({ spec: { properties: { config: { properties: { retentionMs: { type: "integer" } } } } } })
    })

    it("says in OpenAPI that patches can be dry runs and are validated", async () => {
      const { body } = await use().get("/openapi/v3/apis/rivven.io/v1alpha1")
      const { patch, parameters = [] } = body.paths["/apis/rivven.io/v1alpha1/namespaces/{namespace}/rivventopics/{name}"]
      expect(patch["x-kubernetes-group-version-kind"]).toEqual({ group: "rivven.io", version: "v1alpha1", kind: "RivvenTopic" })
      const names = [...patch.parameters, ...parameters].map((each: { name: string }) => each.name)
      expect(names).toEqual(expect.arrayContaining(["dryRun", "fieldManager", "fieldValidation", "force"]))
    })

    it("shows the definition of a kind as established", async () => {
      const { status, body } = await use().get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/rivventopics.rivven.io")
      expect(status).toBe(200)
      expect(body.spec.names.kind).toBe("RivvenTopic")
      const established = body.status.conditions.find((each: { type: string }) => each.type === "Established")
      expect(established.status).toBe("True")
    })

    it("answers who I am and what I may", async () => {
      const apiVersion = "authorization.k8s.io/v1"
      const spec = { resourceAttributes: { group: "rivven.io", resource: "rivventopics", verb: "create", namespace: "default" } }
      const may = await use().post(`/apis/${apiVersion}/selfsubjectaccessreviews`, { apiVersion, kind: "SelfSubjectAccessReview", spec })
      expect(may.status).toBe(201)
      expect(may.body.status.allowed).toBe(true)
      const who = await use().post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {
        apiVersion: "authentication.k8s.io/v1",
        kind: "SelfSubjectReview",
      })
      expect(who.body.status.userInfo.username).not.toBe("")
    })

    it("refuses to answer in a form that it cannot make", async () => {
      const { status, body } = await use().get("/api/v1/namespaces", { accept: "text/html" })
      expect(status).toBe(406)
      expect(body.reason).toBe("NotAcceptable")
    })
  })
}
