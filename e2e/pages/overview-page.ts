import type { Locator, Page } from "@playwright/test"
import { address } from "./shell.ts"

export class OverviewPage {
  readonly page: Page
  readonly verdict: Locator
  readonly tiles: Locator
  readonly problems: Locator

  constructor(page: Page) {
    this.page = page
    this.verdict = page.getByRole("region", { name: "Verdict" }).getByRole("heading")
    this.tiles = page.getByRole("region", { name: "State of the cluster" })
    this.problems = page.getByRole("table", { name: "Problems" })
  }

  async open(): Promise<void> {
    await this.page.goto(address("/"))
  }

  /** A chart by its title; its accessible name says what it shows. */
  chart(title: string): Locator {
    return this.page.getByRole("figure", { name: new RegExp(`^${title}`) })
  }
}
