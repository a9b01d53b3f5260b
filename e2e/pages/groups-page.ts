import type { Locator, Page } from "@playwright/test"
import { address } from "./shell.ts"

export class GroupsPage {
  readonly page: Page
  readonly table: Locator

  constructor(page: Page) {
    this.page = page
    this.table = page.getByRole("table", { name: "Groups" })
  }

  async open(query: Record<string, string> = {}): Promise<void> {
    await this.page.goto(address("/groups", query))
  }

  row(group: string): Locator {
    return this.table.getByRole("row").filter({ has: this.page.getByRole("link", { name: group, exact: true }) })
  }
}
