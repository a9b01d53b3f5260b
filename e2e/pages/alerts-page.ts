import type { Locator, Page } from "@playwright/test"
import { address } from "./shell.ts"

export class AlertsPage {
  readonly page: Page
  readonly current: Locator
  readonly rules: Locator

  constructor(page: Page) {
    this.page = page
    this.current = page.getByRole("table", { name: "Firing and pending" })
    this.rules = page.getByRole("table", { name: "Rules" })
  }

  async open(): Promise<void> {
    await this.page.goto(address("/alerts"))
  }

  /** The alert of a rule, pending or firing. */
  row(rule: string): Locator {
    return this.current.getByRole("row").filter({ has: this.page.getByRole("button", { name: rule }) })
  }
}
