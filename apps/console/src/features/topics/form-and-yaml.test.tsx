import type { FormField } from "@rivven/resources"
import { cleanup, fireEvent, render, screen } from "@testing-library/react"
import { afterEach, describe, expect, it } from "vitest"
import { SchemaForm } from "../../components/resource/schema-form.tsx"
import { getIn } from "./draft.ts"
import { useDraft } from "./use-draft.ts"

const field = (name: string, label: string) => ({
  name,
  label,
  help: "",
  accepted: "",
  isRequired: false,
  isImmutable: false,
  isAdvanced: false,
})

const fields: FormField[] = [
  { ...field("partitions", "Partitions"), kind: "number", isInteger: true, min: 1, max: 10_000, accepted: "an integer from 1 to 10000" },
  {
    ...field("config", "Configuration"),
    group: "Configuration",
    kind: "object",
    fields: [
      { ...field("retentionMs", "Retention"), kind: "number", isInteger: true, min: -1, widget: "duration-ms", defaultValue: 604_800_000 },
    ],
  },
  { ...field("deleteOnRemove", "Delete the topic with the resource"), kind: "boolean", defaultValue: false },
]

const original = `spec:
  # agreed with the shop team
  partitions: 3
  config:
    retentionMs: 604800000`

/** The edit page in small: the form, and a plain text area in place of the editor. */
function Editor({ base = original }: { base?: string }) {
  const { yaml, setYaml, draft, edit, rejected, meanwhile } = useDraft(base)
  const spec = draft.isReadable ? (getIn(draft.resource, ["spec"]) as Record<string, unknown>) : undefined
  return (
    <>
      {spec ? (
        <SchemaForm fields={fields} base={["spec"]} value={spec} errors={rejected} warnings={new Map()} edit={edit} isLocked={false} />
      ) : (
        <p>unreadable</p>
      )}
      <output>{[...meanwhile.taken, ...meanwhile.kept.map((path) => `both ${path}`)].join()}</output>
      <textarea aria-label="YAML" value={yaml} onChange={(event) => setYaml(event.currentTarget.value)} />
    </>
  )
}

const input = (label: string) => screen.getByRole<HTMLInputElement>("textbox", { name: label })
const yaml = () => input("YAML").value
const type = (label: string, value: string) => fireEvent.change(input(label), { target: { value } })

afterEach(cleanup)

describe("form and YAML over one value", () => {
  it("writes what the form says into the text and keeps comments", () => {
    render(<Editor />)
    type("Partitions", "6")
    type("Retention", "2 d")
    expect(yaml()).toBe(original.replace("partitions: 3", "partitions: 6").replace("604800000", "172800000"))
    expect(yaml()).toContain("# agreed with the shop team")
  })

  it("shows in the form what the text says", () => {
    render(<Editor />)
    type("YAML", "spec:\n  partitions: 12\n  config:\n    retentionMs: 3600000")
    expect(input("Partitions").value).toBe("12")
    expect(input("Retention").value).toBe("1 h")
    fireEvent.click(screen.getByRole("checkbox", { name: "Delete the topic with the resource" }))
    expect(yaml()).toContain("deleteOnRemove: true")
  })

  it("keeps what was typed and is no value, says what is accepted, and changes nothing", () => {
    render(<Editor />)
    type("Retention", "soon")
    expect(input("Retention").value).toBe("soon")
    expect(input("Retention").getAttribute("aria-invalid")).toBe("true")
    expect(screen.getByText(/a time such as 7 d/)).toBeDefined()
    expect(yaml()).toBe(original)
    type("Partitions", "0")
    expect(screen.getByText("Accepted: an integer from 1 to 10000")).toBeDefined()
    type("Retention", "1 d")
    expect(input("Retention").getAttribute("aria-invalid")).toBeNull()
    expect(yaml()).toContain("retentionMs: 86400000")
  })

  it("removes a field that is emptied, so that its default holds", () => {
    render(<Editor />)
    type("Retention", "")
    expect(yaml()).not.toContain("config")
    expect(input("Retention").placeholder).toBe("7 d")
  })

  it("keeps unreadable text and brings the form back with the next readable one", () => {
    render(<Editor />)
    type("YAML", "spec: [")
    expect(screen.getByText("unreadable")).toBeDefined()
    expect(yaml()).toBe("spec: [")
    type("YAML", original)
    expect(input("Partitions").value).toBe("3")
  })

  it("moves fields along that somebody else changes meanwhile, and keeps the own ones", () => {
    const { rerender } = render(<Editor />)
    type("Partitions", "6")
    rerender(<Editor base={original.replace("604800000", "3600000")} />)
    expect(input("Retention").value).toBe("1 h")
    expect(input("Partitions").value).toBe("6")
    expect(screen.getByRole("status").textContent).toBe("spec.config.retentionMs")
    rerender(<Editor base={original.replace("604800000", "3600000").replace("partitions: 3", "partitions: 4")} />)
    expect(input("Partitions").value).toBe("6")
    expect(screen.getByRole("status").textContent).toContain("both spec.partitions")
  })

  it("waits with another's change until the text can be read again", () => {
    const { rerender } = render(<Editor />)
    type("YAML", "spec: [")
    rerender(<Editor base={original.replace("604800000", "3600000")} />)
    expect(yaml()).toBe("spec: [")
    type("YAML", original.replace("partitions: 3", "partitions: 6"))
    expect(input("Retention").value).toBe("1 h")
  })
})
