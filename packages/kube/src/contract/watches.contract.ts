import { describe, expect, it } from "vitest"
import { topic, topicsIn, type Use, type WatchedEvent } from "./api-under-test.ts"

const summary = (events: WatchedEvent[]): string[] => events.map(({ type, object }) => `${type} ${object.metadata.name}`)

export function watchesContract(use: Use): void {
  describe("watches", () => {
    it("bring every change after a version, in order", async () => {
      const path = topicsIn(await use().namespace())
      await use().post(path, topic("before"))
      const { body } = await use().get(path)
      await use().post(path, topic("orders"))
      await use().merge(`${path}/orders`, { spec: { partitions: 3 } })
      const watch = await use().openWatch(`${path}?watch=true&resourceVersion=${body.metadata.resourceVersion}`)
      await use().delete(`${path}/orders`)
      const events = await watch.take(3)
      watch.close()
      expect(summary(events)).toEqual(["ADDED orders", "MODIFIED orders", "DELETED orders"])
      const versions = events.map(({ object }) => Number(object.metadata.resourceVersion))
      expect(versions.toSorted((a, b) => a - b)).toEqual(versions)
      expect(events[1]?.object.spec.partitions).toBe(3)
    })

    it("without a version begin with what is there", async () => {
      const path = topicsIn(await use().namespace())
      await use().post(path, topic("a"))
      await use().post(path, topic("b"))
      const watch = await use().openWatch(`${path}?watch=1`)
      const first = await watch.take(2)
      await use().post(path, topic("c"))
      const more = await watch.take(1)
      watch.close()
      expect(summary(first)).toEqual(["ADDED a", "ADDED b"])
      expect(summary(more)).toEqual(["ADDED c"])
    })

    it("of one namespace see nothing of another", async () => {
      const [mine, other] = [topicsIn(await use().namespace()), topicsIn(await use().namespace())]
      const { body } = await use().get(mine)
      await use().post(other, topic("theirs"))
      await use().post(mine, topic("mine"))
      const events = await use().watch(`${mine}?watch=1&resourceVersion=${body.metadata.resourceVersion}`, 1)
      expect(summary(events)).toEqual(["ADDED mine"])
    })

    it("with a selector show an object come and go as its labels change", async () => {
      const path = topicsIn(await use().namespace())
      const { body } = await use().get(path)
      await use().post(path, topic("orders"))
      await use().merge(`${path}/orders`, { metadata: { labels: { team: "a" } } })
      await use().merge(`${path}/orders`, { spec: { partitions: 2 } })
      await use().merge(`${path}/orders`, { metadata: { labels: { team: "b" } } })
      await use().merge(`${path}/orders`, { metadata: { labels: { team: "a" } } })
      const query = `watch=1&labelSelector=team%3Da&resourceVersion=${body.metadata.resourceVersion}`
      const events = await use().watch(`${path}?${query}`, 4)
      expect(summary(events)).toEqual(["ADDED orders", "MODIFIED orders", "DELETED orders", "ADDED orders"])
    })

    it("of one object by its name", async () => {
      const path = topicsIn(await use().namespace())
      const { body } = await use().get(path)
      await use().post(path, topic("a"))
      await use().post(path, topic("b"))
      const query = `watch=1&fieldSelector=metadata.name%3Db&resourceVersion=${body.metadata.resourceVersion}`
      expect(summary(await use().watch(`${path}?${query}`, 1))).toEqual(["ADDED b"])
    })

    it("end at their time", async () => {
      const path = topicsIn(await use().namespace())
      const { body } = await use().get(path)
      const started = performance.now()
      const events = await use().watch(`${path}?watch=1&timeoutSeconds=1&resourceVersion=${body.metadata.resourceVersion}`, 10)
      expect(events).toEqual([])
      expect(performance.now() - started).toBeGreaterThan(900)
    })

    it("stream a list, and say where it ends", async () => {
      const path = topicsIn(await use().namespace())
      await use().post(path, topic("a"))
      await use().post(path, topic("b"))
      const query = "watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
      const events = await use().watch(`${path}?${query}`, 3)
      expect(events.map(({ type }) => type)).toEqual(["ADDED", "ADDED", "BOOKMARK"])
      expect(events[2]?.object.metadata.annotations).toEqual({ "k8s.io/initial-events-end": "true" })
    })

    it("refuse to stream a list that may be old", async () => {
      const path = topicsIn(await use().namespace())
      const { status, body } = await use().get(`${path}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true`)
      expect(status).toBe(422)
      expect(body.details.causes[0].field).toBe("resourceVersionMatch")
    })

    it("refuse a version that is none", async () => {
      const path = topicsIn(await use().namespace())
      const { status } = await use().get(`${path}?watch=1&resourceVersion=abc`)
      expect(status).toBeGreaterThanOrEqual(400)
    })

    it("come as rows of a table, with its head once", async () => {
      const path = topicsIn(await use().namespace())
      await use().post(path, topic("a"))
      await use().post(path, topic("b"))
      const accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
      const events = await use().watch(`${path}?watch=1`, 2, { accept })
      expect(events.map(({ object }) => object.kind)).toEqual(["Table", "Table"])
      expect(events.map(({ object }) => object.rows[0].cells[0])).toEqual(["a", "b"])
      expect(events[0]?.object.columnDefinitions.length).toBeGreaterThan(0)
      expect(events[1]?.object.columnDefinitions ?? []).toEqual([])
    })
  })
}
