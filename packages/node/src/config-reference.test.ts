import { expect, it } from "vitest"
import { nodeConfigSchema } from "./config.ts"
import { configReference } from "./config-reference.ts"

it("has a row with a meaning for every setting", () => {
  const page = configReference()
  const names = Object.entries(nodeConfigSchema.shape).flatMap(([section, schema]) =>
    Object.keys(schema.def.innerType.shape)
      .filter((key) => key !== "metrics")
      .map((key) => `${section}.${key}`),
  )
  for (const name of [...names, "observability.metrics.listen", "observability.metrics.path"]) {
    expect(page).toMatch(new RegExp(`\\| \`${name.replaceAll(".", "\\.")}\` \\| [^|]+ \\| [^|]* \\| [^|\\s][^|]+ \\|`))
  }
})
