import { defineConfig } from "vitest/config"

/** The file name decides the project: `.test.ts` unit, `.test.tsx` in jsdom, `.it.test.ts` needs other processes. */
export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "unit",
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
