import { execFileSync } from "node:child_process"
import { defineConfig } from "vitest/config"

/** What long tests ask for through packages/protocol/src/testing/campaign.ts. */
const provide = { isCampaign: process.env["RIVVEN_CAMPAIGN"] !== undefined, seed: seed() }

/** Follows the commit, so that each commit covers new ground; without a repository it is 1. */
function seed(): number {
  const asked = Number(process.env["RIVVEN_SEED"])
  if (Number.isSafeInteger(asked) && asked > 0) return asked
  try {
    return Number.parseInt(execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: "pipe" }).slice(0, 7), 16)
  } catch {
    return 1
  }
}

/** The file name decides the project: `.test.ts` unit, `.test.tsx` in jsdom, `.it.test.ts` needs other processes. */
export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "unit",
          provide,
          include: ["{packages,apps}/*/src/**/*.test.ts", "{scripts,bench,e2e}/**/*.test.ts"],
          exclude: ["**/*.it.test.ts", "**/node_modules/**"],
          environment: "node",
          testTimeout: 60_000,
        },
      },
      {
        oxc: { jsx: { runtime: "automatic" } },
        test: { name: "dom", include: ["apps/console/src/**/*.test.tsx"], environment: "jsdom", testTimeout: 30_000 },
      },
      {
        test: {
          name: "it",
          provide,
          include: ["{packages,apps}/*/src/**/*.it.test.ts", "{scripts,bench,e2e}/**/*.it.test.ts"],
          environment: "node",
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
