// Bytes of JavaScript that a browser with an empty cache loads for each page, compressed as sent. Deterministic: a page over its budget in
// e2e/budgets.json by more than 5 % fails.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type Browser, chromium } from "@playwright/test"
import { startRivven } from "../../e2e/fixtures/rivven.ts"

const budgets: Record<string, number> = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "..", "e2e", "budgets.json"), "utf8"),
).firstLoadJsKb
const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

await using rivven = await startRivven()
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args })
try {
  const page = await browser.newPage()
  await page.goto(rivven.ready.signInLink)
  await page.getByRole("navigation").first().waitFor()
  const storageState = await page.context().storageState()
  process.stdout.write("\nconsole-first-load: compressed JavaScript of a first visit, kB\n")
  for (const [route, budget] of Object.entries(budgets)) {
    const bytes = await firstLoad(browser, { url: `${rivven.ready.console}${route}`, storageState })
    const isOver = bytes.js / 1000 > budget * 1.05
    if (isOver) process.exitCode = 1
    process.stdout.write(
      `  ${route.padEnd(14)} ${(bytes.js / 1000).toFixed(0)} of ${budget}${isOver ? "  OVER BUDGET" : ""}; all responses ${(bytes.all / 1000).toFixed(0)}\n`,
    )
  }
} finally {
  await browser.close()
}

interface Visit {
  url: string
  storageState: Awaited<ReturnType<Awaited<ReturnType<Browser["newContext"]>>["storageState"]>>
}

async function firstLoad(browser: Browser, { url, storageState }: Visit): Promise<{ js: number; all: number }> {
  await using context = await browser.newContext({ storageState })
  const page = await context.newPage()
  const sizes: Promise<{ url: string; bytes: number }>[] = []
  page.on("requestfinished", (request) => {
    sizes.push(request.sizes().then(({ responseBodySize }) => ({ url: request.url(), bytes: responseBodySize })))
  })
  await page.goto(url)
  await page.locator("main h1, h1").first().waitFor()
  await page.waitForLoadState("load")
  const done = await Promise.all(sizes)
  const sum = (of: typeof done) => of.reduce((total, { bytes }) => total + bytes, 0)
  return { js: sum(done.filter((file) => /\.js(\?|$)/.test(file.url))), all: sum(done) }
}
