// The page that says which of Kafka's APIs the embedded engine serves, from the handlers themselves.
import { compatTable } from "@rivven/broker"

/** Markdown: what is served, with what is left out of it, and what is not served, with the reason. */
export function compatReference(): string {
  const { served, missing } = compatTable()
  return [
    "# Kafka APIs of the embedded engine",
    "",
    "Versions are those that ApiVersions advertises. Flexible: the first version with compact fields and tags (KIP-482).",
    "",
    "## Served",
    "",
    "| key | API | versions | flexible from | left out |",
    "|---|---|---|---|---|",
    ...served.map(({ key, name, advertised, accepted, flexibleFrom, omits }) => {
      const versions = accepted ? `${advertised}, accepts ${accepted}` : advertised
      return `| ${key} | ${name} | ${versions} | ${flexibleFrom ?? "never"} | ${omits.join("; ")} |`
    }),
    "",
    "## Not served",
    "",
    "| key | API | why |",
    "|---|---|---|",
    ...missing.map(({ key, name, reason }) => `| ${key} | ${name} | ${reason} |`),
  ].join("\n")
}
