import { describe, expect, it } from "vitest"
import type { AclRule } from "../admin/acls.ts"
import { unwrap } from "../errors.ts"
import type { Suite } from "./target.ts"

/** The target has access rules, and its client may do everything. */
export function aclsContract(suite: Suite): void {
  describe("access rules", () => {
    it("are made, found by filters and removed, word by word", async () => {
      const { acls } = suite.client().admin
      const name = suite.name("rules")
      const rule: AclRule = {
        resourceType: "topic",
        resourceName: name,
        patternType: "literal",
        principal: "User:bob",
        host: "*",
        operation: "read",
        permission: "allow",
      }
      const prefix: AclRule = { ...rule, resourceName: name.slice(0, -1), patternType: "prefixed", operation: "describe-configs" }
      const other: AclRule = { ...rule, resourceType: "group", permission: "deny", operation: "all", host: "127.0.0.9" }
      const made = await acls.create([rule, prefix, other, { ...rule, resourceName: "" }])
      expect(made.map(({ ok }) => ok)).toEqual([true, true, true, false])
      expect(made[3]).toMatchObject({ error: { path: "/3" } })
      await expect.poll(async () => new Set(unwrap(await acls.list({ principal: "User:bob" })))).toEqual(new Set([rule, prefix, other]))
      const about = { resourceType: "topic", resourceName: name } as const
      expect(new Set(unwrap(await acls.list({ ...about, patternType: "match" })))).toEqual(new Set([rule, prefix]))
      expect(unwrap(await acls.list({ ...about, patternType: "literal" }))).toEqual([rule])
      expect(unwrap(await acls.list({ permission: "deny" }))).toEqual([other])
      const removed = await acls.delete([about, { principal: "User:nobody" }, { principal: "User:bob", permission: "deny" }])
      expect(removed.map((result) => unwrap(result))).toEqual([[rule], [], [other]])
      await expect.poll(async () => unwrap(await acls.list({ principal: "User:bob" }))).toEqual([prefix])
      unwrap((await acls.delete([{ principal: "User:bob" }]))[0]!)
    })
  })
}
