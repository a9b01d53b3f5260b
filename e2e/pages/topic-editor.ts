import { expect, type Locator, type Page } from "@playwright/test"
import { address } from "./shell.ts"

/** Form beside YAML, and beside both the plan. */
export class TopicEditor {
  readonly page: Page
  readonly settings: Locator
  readonly yaml: Locator
  readonly plan: Locator
  readonly planButton: Locator
  readonly consequences: Locator
  readonly changes: Locator
  readonly wrong: Locator
  readonly showTopic: Locator

  constructor(page: Page) {
    this.page = page
    this.settings = page.getByRole("region", { name: "Settings" })
    this.yaml = page.getByRole("textbox", { name: "YAML of the resource" })
    this.plan = page.getByRole("region", { name: "Plan" })
    this.planButton = this.plan.getByRole("button", { name: /^Plan( again)?$/ })
    this.consequences = this.plan.getByRole("list", { name: "Consequences" })
    this.changes = this.plan.getByRole("table", { name: "Changed fields" })
    this.wrong = this.plan.getByRole("list", { name: "What is wrong" })
    this.showTopic = this.plan.getByRole("link", { name: "Show the topic" })
  }

  async openNew(): Promise<void> {
    await this.page.goto(address("/topics/edit"))
    await expect(this.yaml).toBeVisible()
  }

  async open(topic: string): Promise<void> {
    await this.page.goto(address("/topics/edit", { topic }))
    await expect(this.yaml).toBeVisible()
  }

  field(label: string): Locator {
    return this.settings.getByRole("textbox", { name: label, exact: true })
  }

  /** Asks what the change would do. */
  async makePlan(): Promise<void> {
    await this.planButton.click()
    await expect(this.plan.getByText(/dry run passed/)).toBeVisible()
  }

  /** Confirms the plan with the button that names the verb, and waits until the cluster is what was asked for. */
  async apply(button: string): Promise<void> {
    await this.plan.getByRole("button", { name: button }).click()
    await expect(this.plan.getByText("Ready", { exact: true })).toBeVisible()
  }

  /** Replaces the whole text. */
  async writeYaml(text: string): Promise<void> {
    await this.yaml.fill(text)
  }
}
