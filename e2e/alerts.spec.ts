import { expect, signIn, test } from "./fixtures/console.ts"
import { consumeAsGroup, produce } from "./fixtures/kcat.ts"
import { startRivven } from "./fixtures/rivven.ts"
import { smallDisk } from "./fixtures/small-disk.ts"
import { AlertsPage } from "./pages/alerts-page.ts"
import { OverviewPage } from "./pages/overview-page.ts"
import { Shell } from "./pages/shell.ts"

// The rules are the built-in ones with their own thresholds: 10 000 records for five minutes, 85 % of the disk for ten. The lag is real, the
// disk is a small one that is really full. Only the minutes in between are skipped: Rivven is stopped, and started at a later time of day.
test.describe("alerts", () => {
  test("lag and disk usage: pending first, firing after their time, in the bell and as marks in the charts", async ({ page }) => {
    test.setTimeout(150_000)
    using disk = await smallDisk({ megabytes: 96 })
    const group = "billing"
    {
      await using rivven = await startRivven({ dataDir: disk.path, within: disk })
      await produce(
        { kafka: rivven.ready.kafka, topic: "orders" },
        Array.from({ length: 12_000 }, (_, at) => `${at}`),
      )
      await consumeAsGroup(rivven.ready.kafka, { group, topic: "orders", count: 50 })
      disk.fill(0.9)
      await signIn(page, rivven.ready.signInLink)
      const alerts = new AlertsPage(page)
      await new Shell(page).link("Alerts").click()
      await expect(alerts.row("RivvenHighLag")).toContainText("pending", { timeout: 40_000 })
      await expect(alerts.row("RivvenHighLag")).toContainText(group)
      await expect(alerts.row("RivvenDiskUsageHigh")).toContainText("pending", { timeout: 40_000 })
      await expect(new Shell(page).bell).toHaveAccessibleName("No alert fires")
    }

    await using rivven = await startRivven({ dataDir: disk.path, within: disk, clockAheadMs: 11 * 60_000 })
    await signIn(page, rivven.ready.signInLink)
    const shell = new Shell(page)
    await expect(shell.bell).toHaveAccessibleName("2 alerts firing", { timeout: 40_000 })
    const overview = new OverviewPage(page)
    await expect(overview.tiles).toContainText("Alerts firing2")
    await expect(overview.problems).toContainText(group)
    await expect(overview.chart("Group lag")).toHaveAccessibleName(/an alert fired in this time/)
    await expect(overview.chart("Disk")).toHaveAccessibleName(/an alert fired in this time/)

    await shell.bell.click()
    const alerts = new AlertsPage(page)
    await expect(alerts.row("RivvenHighLag")).toContainText("firing")
    await expect(alerts.row("RivvenHighLag")).toContainText(/11\s950 records/)
    await expect(alerts.row("RivvenHighLag")).toContainText(/10\s000 records/)
    await expect(alerts.row("RivvenDiskUsageHigh")).toContainText("85 %")
    await alerts.row("RivvenHighLag").getByRole("button", { name: "RivvenHighLag" }).click()
    await expect(page.getByRole("dialog", { name: "RivvenHighLag" })).toContainText("rivven_consumer_lag_records > 10000")

    await page.keyboard.press("Escape")
    await alerts.row("RivvenHighLag").getByRole("link", { name: group }).click()
    await expect(page.getByRole("region", { name: "Lag", exact: true })).toContainText("firing")
    await expect(page.getByRole("figure", { name: new RegExp(`^Lag of ${group}`) })).toHaveAccessibleName(/an alert fired in this time/)
  })

  test("rules that cannot fire say which metric is missing", async ({ page }) => {
    const alerts = new AlertsPage(page)
    await alerts.open()
    await expect(alerts.rules.getByRole("row").filter({ hasText: "RivvenBackupTooOld" })).toContainText("no samples of", {
      timeout: 30_000,
    })
  })
})
