import { expect, test } from "vitest"
import { z } from "zod"
import { defineEnv } from "./define-env.ts"
import { int, text } from "./fields.ts"

const env = defineEnv("RIVVEN_", {
  RIVVEN_PORT: { schema: int(1, 65_535), default: 9292, doc: "Port." },
  RIVVEN_TOKEN: { schema: text({ max: 8 }), isSecret: true, doc: "Token." },
  RIVVEN_DEBUG: { schema: z.boolean(), default: false, doc: "More words." },
})

test("parses texts into the types of the settings and freezes them", () => {
  const parsed = env.parse({ RIVVEN_PORT: "80", RIVVEN_TOKEN: "abc", RIVVEN_DEBUG: "true", PATH: "/bin" })
  expect(parsed).toEqual({ ok: true, value: { RIVVEN_PORT: 80, RIVVEN_TOKEN: "abc", RIVVEN_DEBUG: true } })
  expect(parsed.ok && Object.isFrozen(parsed.value)).toBe(true)
})

test.each([
  [{}, "RIVVEN_TOKEN", "is required: a text of at most 8 characters"],
  [{ RIVVEN_TOKEN: "a", RIVVEN_PORT: "http" }, "RIVVEN_PORT", '"http" is not accepted: an integer from 1 to 65535'],
  [{ RIVVEN_TOKEN: "a", RIVVEN_PROT: "1" }, "RIVVEN_PROT", "unknown setting; did you mean RIVVEN_PORT?"],
  [{ RIVVEN_TOKEN: "much too long" }, "RIVVEN_TOKEN", "is not accepted: a text of at most 8 characters"],
])("names the setting of %j", (environment, name, message) => {
  expect(env.parse(environment)).toEqual({ ok: false, problems: [{ name, message }] })
})

test("prints every setting and no secret", () => {
  const parsed = env.parse({ RIVVEN_TOKEN: "canary" })
  if (!parsed.ok) throw new Error("valid")
  expect(env.print(parsed.value)).toBe("RIVVEN_PORT=9292\nRIVVEN_TOKEN=********\nRIVVEN_DEBUG=false")
})

test("documents every setting", () => {
  expect(env.docs()).toContain("| `RIVVEN_PORT` | an integer from 1 to 65535 | `9292` | Port. |")
  expect(env.docs()).toContain("| `RIVVEN_TOKEN` | a text of at most 8 characters | required | Token. |")
})
