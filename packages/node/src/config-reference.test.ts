import { expect, it } from "vitest"
import { nodeConfigSchema } from "./config.ts"
import { configReference } from "./config-reference.ts"

it("has a row with a meaning for every setting", () => {
  const page = configReference()
  const sections = Object.keys(nodeConfigSchema.shape)
  for (const section of sections) expect(page).toContain(`| \`${section}.`)
  const rows = page.split("\n").filter((line) => line.startsWith("| `"))
  expect(rows.length).toBeGreaterThan(40)
  for (const row of rows) expect(row).toMatch(/^\| `[\w.<>]+` \| [^|]+ \| [^|]* \| [^|\s][^|]+ \|$/)
  for (const name of ["listeners.client", "listeners.<name>.protocol", "tls.key_file", "auth.oauth.audience", "observability.metrics.path"])
    expect(page).toContain(`| \`${name}\` |`)
})
