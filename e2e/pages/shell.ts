import type { Locator, Page } from "@playwright/test"

export const cluster = "local"

/** An address inside the console with the cluster and the subject in its query. */
export function address(path: string, query: Record<string, string> = {}): string {
  return `${path}?${new URLSearchParams({ cluster, ...query }).toString()}`
}

/** What stands around every page: rail, top bar, bell. */
export class Shell {
  readonly page: Page
  readonly rail: Locator
  readonly main: Locator
  readonly bell: Locator
  readonly search: Locator
  readonly pause: Locator

  constructor(page: Page) {
    this.page = page
    this.rail = page.getByRole("navigation", { name: "Main" })
    this.main = page.getByRole("main")
    this.bell = page.getByRole("banner").getByRole("link", { name: /alerts? (fires|firing)/ })
    this.search = page.getByRole("button", { name: "Search topics and groups" })
    this.pause = page.getByRole("button", { name: "Pause" })
  }

  link(label: string): Locator {
    return this.rail.getByRole("link", { name: new RegExp(`^${label}`) })
  }
}
