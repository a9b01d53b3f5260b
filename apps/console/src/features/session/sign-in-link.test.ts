import { describe, expect, it } from "vitest"
import { returnPath } from "./sign-in-link.ts"

describe("return path", () => {
  it.each([
    ["", "/"],
    ["?to=%2Ftopics%2Fview%3Fcluster%3Da%26topic%3Db", "/topics/view?cluster=a&topic=b"],
    ["?to=https%3A%2F%2Fevil.example", "/"],
    ["?to=%2F%2Fevil.example", "/"],
    ["?to=%2Flogin", "/"],
    ["?to=javascript%3Aalert(1)", "/"],
    ["?to=%2F%5Cevil.example", "/"],
  ])("of %s is %s", (search, path) => expect(returnPath(search)).toBe(path))
})
