import type { Locator, Page } from "@playwright/test"
import { address } from "./shell.ts"

export class TopicsPage {
  readonly page: Page
  readonly table: Locator
  readonly filter: Locator
  readonly create: Locator
  readonly rows: Locator

  constructor(page: Page) {
    this.page = page
    this.table = page.getByRole("table", { name: "Topics" })
    this.filter = page.getByRole("textbox", { name: "Filter topics" })
    this.create = page.getByRole("link", { name: "Create topic" }).first()
    this.rows = this.table.locator("[data-row]")
  }

  async open(query: Record<string, string> = {}): Promise<void> {
    await this.page.goto(address("/topics", query))
  }

  row(topic: string): Locator {
    return this.table.getByRole("row").filter({ has: this.page.getByRole("link", { name: topic, exact: true }) })
  }

  view(word: string): Locator {
    return this.page.getByRole("group", { name: "Which topics" }).getByRole("button", { name: new RegExp(`^${word}`) })
  }

  sortBy(column: string): Locator {
    return this.table.getByRole("columnheader", { name: column }).getByRole("button")
  }
}
