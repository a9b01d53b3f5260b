import { describe, expect, it } from "vitest"
import { type Answer, topic, topicsIn, type Use } from "./api-under-test.ts"

const namesOf = ({ body }: Answer): string[] => body.items.map((each: { metadata: { name: string } }) => each.metadata.name)

export function listsContract(use: Use): void {
  const filled = async (count = 5): Promise<string> => {
    const path = topicsIn(await use().namespace())
    for (let i = 0; i < count; i += 1) {
      const labels = { parity: i % 2 === 0 ? "even" : "odd", number: String(i) }
      await use().post(path, topic(`topic-${i}`, { clusterRef: { name: i < 2 ? "small" : "large" } }, { labels }))
    }
    return path
  }

  describe("lists", () => {
    it("are sorted by name and carry the version they were read at", async () => {
      const path = await filled()
      const answer = await use().get(path)
      expect(answer.body).toMatchObject({ kind: "RivvenTopicList", apiVersion: "rivven.io/v1alpha1" })
      expect(namesOf(answer)).toEqual(["topic-0", "topic-1", "topic-2", "topic-3", "topic-4"])
      expect(answer.body.metadata.resourceVersion).toMatch(/^\d+$/)
      expect(answer.body.items[0]).toMatchObject({ kind: "RivvenTopic", apiVersion: "rivven.io/v1alpha1" })
    })

    it("of a namespace without objects are empty, not an error", async () => {
      const { status, body } = await use().get(topicsIn(await use().namespace()))
      expect(status).toBe(200)
      expect(body.items).toEqual([])
    })

    it("across namespaces hold objects of all", async () => {
      const [first, second] = [await use().namespace(), await use().namespace()]
      await use().post(topicsIn(first), topic("orders"))
      await use().post(topicsIn(second), topic("orders"))
      const { body } = await use().get("/apis/rivven.io/v1alpha1/rivventopics?limit=500")
      const namespaces = body.items.map((each: { metadata: { namespace: string } }) => each.metadata.namespace)
      expect(namespaces).toEqual(expect.arrayContaining([first, second]))
    })

    it("come in pages", async () => {
      const path = await filled()
      const first = await use().get(`${path}?limit=2`)
      expect(namesOf(first)).toEqual(["topic-0", "topic-1"])
      expect(first.body.metadata.remainingItemCount).toBe(3)
      const token = encodeURIComponent(first.body.metadata.continue)
      const second = await use().get(`${path}?limit=2&continue=${token}`)
      expect(namesOf(second)).toEqual(["topic-2", "topic-3"])
      const third = await use().get(`${path}?limit=2&continue=${encodeURIComponent(second.body.metadata.continue)}`)
      expect(namesOf(third)).toEqual(["topic-4"])
      expect(third.body.metadata.continue ?? "").toBe("")
    })

    it("stay one moment across pages, whatever happens meanwhile", async () => {
      const path = await filled()
      const first = await use().get(`${path}?limit=2`)
      await use().delete(`${path}/topic-3`)
      await use().post(path, topic("topic-20"))
      await use().merge(`${path}/topic-4`, { spec: { partitions: 9 } })
      const rest = await use().get(`${path}?limit=10&continue=${encodeURIComponent(first.body.metadata.continue)}`)
      expect(namesOf(rest)).toEqual(["topic-2", "topic-3", "topic-4"])
      expect(rest.body.items[2].spec.partitions).toBeUndefined()
      expect(rest.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion)
    })

    it("refuse a continue token that is none", async () => {
      const path = await filled(1)
      expect((await use().get(`${path}?limit=2&continue=nonsense`)).status).toBe(400)
    })

    it("are read as they were at an exact version", async () => {
      const path = await filled(2)
      const before = await use().get(path)
      await use().delete(`${path}/topic-0`)
      const { resourceVersion } = before.body.metadata
      const exact = await use().get(`${path}?resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`)
      expect(namesOf(exact)).toEqual(["topic-0", "topic-1"])
      expect(exact.body.metadata.resourceVersion).toBe(resourceVersion)
    })

    it("are not older than asked", async () => {
      const path = await filled(2)
      const { body: last } = await use().merge(`${path}/topic-1`, { spec: { partitions: 2 } })
      const { resourceVersion } = last.metadata
      const { body } = await use().get(`${path}?resourceVersion=${resourceVersion}&resourceVersionMatch=NotOlderThan`)
      expect(Number(body.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(resourceVersion))
      expect(body.items[1].spec.partitions).toBe(2)
    })

    it("refuse a version from the future", async () => {
      const path = await filled(1)
      const { status, body } = await use().get(`${path}?resourceVersion=99999999999&resourceVersionMatch=NotOlderThan`)
      expect(status).toBe(504)
      expect(body.details.causes[0].reason).toBe("ResourceVersionTooLarge")
    })

    it.each([
      ["a match without a version", "resourceVersionMatch=Exact"],
      ["a match that does not exist", "resourceVersion=1&resourceVersionMatch=Roughly"],
      ["the exact version zero", "resourceVersion=0&resourceVersionMatch=Exact"],
    ])("refuse %s", async (_name, query) => {
      const path = await filled(1)
      const { status, body } = await use().get(`${path}?${query}`)
      expect(status).toBe(422)
      expect(body.message).toContain("resourceVersionMatch")
    })

    it("refuse a version that is none", async () => {
      const path = await filled(1)
      const { status } = await use().get(`${path}?resourceVersion=latest`)
      expect(status).toBeGreaterThanOrEqual(400)
    })
  })

  describe("selectors", () => {
    it.each([
      ["parity=even", ["topic-0", "topic-2", "topic-4"]],
      ["parity==odd", ["topic-1", "topic-3"]],
      ["parity!=odd", ["topic-0", "topic-2", "topic-4"]],
      ["number in (1,2)", ["topic-1", "topic-2"]],
      ["number notin (0,1,2)", ["topic-3", "topic-4"]],
      ["parity", ["topic-0", "topic-1", "topic-2", "topic-3", "topic-4"]],
      ["!parity", []],
      ["number>2", ["topic-3", "topic-4"]],
      ["parity=even,number notin (0)", ["topic-2", "topic-4"]],
    ])("by label %s", async (selector, names) => {
      const path = await filled()
      expect(namesOf(await use().get(`${path}?labelSelector=${encodeURIComponent(selector)}`))).toEqual(names)
    })

    it.each([
      ["metadata.name=topic-1", ["topic-1"]],
      ["metadata.name!=topic-1,spec.clusterRef.name=small", ["topic-0"]],
      ["spec.clusterRef.name=large", ["topic-2", "topic-3", "topic-4"]],
    ])("by field %s", async (selector, names) => {
      const path = await filled()
      expect(namesOf(await use().get(`${path}?fieldSelector=${encodeURIComponent(selector)}`))).toEqual(names)
    })

    it.each(["labelSelector=a%3D%3D%3Db", "labelSelector=a%20in%20b", "fieldSelector=spec.partitions%3D3", "fieldSelector=nonsense"])(
      "that are malformed or not supported are refused: %s",
      async (query) => {
        const path = await filled(1)
        const { status, body } = await use().get(`${path}?${query}`)
        expect(status).toBe(400)
        expect(body.reason).toBe("BadRequest")
      },
    )
  })
}
