import { expect, type Locator, type Page } from "@playwright/test"
import { address } from "./shell.ts"

export type TopicTab = "Partitions" | "Configs" | "Messages" | "Consumers" | "YAML" | "Events"

/** One topic with its tabs. */
export class TopicPage {
  readonly page: Page
  readonly title: Locator
  readonly tiles: Locator
  readonly partitions: Locator
  readonly configs: Locator
  readonly messages: Locator
  readonly consumers: Locator
  readonly events: Locator
  readonly edit: Locator

  constructor(page: Page) {
    this.page = page
    this.title = page.getByRole("main").getByRole("heading", { level: 1 })
    this.tiles = page.getByRole("region", { name: "State of the topic" })
    this.partitions = page.getByRole("table", { name: "Partitions" })
    this.configs = page.getByRole("table", { name: "Configs" })
    this.messages = page.getByRole("table", { name: "Messages" })
    this.consumers = page.getByRole("table", { name: "Consumers" })
    this.events = page.getByRole("table", { name: "Events" })
    this.edit = page.getByRole("link", { name: "Edit" })
  }

  async open(topic: string, query: Record<string, string> = {}): Promise<void> {
    await this.page.goto(address("/topics/view", { topic, ...query }))
  }

  tab(name: TopicTab): Locator {
    return this.page.getByRole("tab", { name: new RegExp(`^${name}`) })
  }

  /** "Ready", "Failed" … beside the title. */
  state(word: string): Locator {
    return this.page.getByRole("main").getByText(word, { exact: true })
  }

  config(name: string): Locator {
    return this.configs.getByRole("row").filter({ has: this.page.getByRole("button", { name, exact: true }) })
  }

  readFrom(place: "Newest" | "Oldest" | "Offset" | "Time" | "Live tail"): Locator {
    return this.page.getByRole("group", { name: "Read from" }).getByRole("button", { name: place })
  }

  /** Looks at what would be lost, types the name, and deletes topic and records. */
  async deleteWithRecords(topic: string): Promise<void> {
    await this.page.getByRole("button", { name: "Delete…" }).click()
    const dialog = this.page.getByRole("dialog", { name: `Delete topic ${topic}?` })
    await expect(dialog.getByRole("list", { name: "Consequences" })).toBeVisible()
    const confirm = dialog.getByRole("button", { name: `Delete ${topic}` })
    await expect(confirm).toBeDisabled()
    await dialog.getByRole("textbox").fill(topic)
    await confirm.click()
    await expect(dialog).toBeHidden()
  }
}
