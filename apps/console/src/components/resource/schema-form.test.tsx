import { kinds, toFormFields } from "@rivven/resources"
import { cleanup, fireEvent, render, screen } from "@testing-library/react"
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import { SchemaForm } from "./schema-form.tsx"

afterEach(cleanup)
beforeAll(() => {
  Element.prototype.scrollIntoView = () => {}
})

const specFields = Object.entries(kinds).map(([name, kind]) => [name, toFormFields(kind.schema.shape.spec)] as const)

describe("a form from a schema", () => {
  it.each(specFields)("draws every field of %s with a name", (_, fields) => {
    const { container } = render(
      <SchemaForm
        fields={fields}
        base={["spec"]}
        value={{}}
        errors={new Map()}
        warnings={new Map()}
        edit={{ set: vi.fn(), reject: vi.fn() }}
        isLocked={false}
      />,
    )
    for (const button of screen.queryAllByRole("button", { name: /more setting/ })) fireEvent.click(button)
    const controls = container.querySelectorAll("input, [role=combobox]")
    expect(controls.length).toBeGreaterThan(0)
    for (const control of controls) {
      const id = control.getAttribute("id")
      const name = control.getAttribute("aria-label") ?? (id ? container.querySelector(`label[for="${CSS.escape(id)}"]`)?.textContent : "")
      expect(name, control.outerHTML).not.toBeFalsy()
    }
  })

  it("adds and removes items of a list and entries of a map", () => {
    const set = vi.fn()
    const base = { help: "", accepted: "", isRequired: false, isImmutable: false, isAdvanced: false }
    const text = { ...base, name: "", label: "", kind: "text" as const, patterns: [], isSecretRef: false }
    render(
      <SchemaForm
        fields={[
          { ...base, name: "hosts", label: "Hosts", kind: "list", isSet: false, keys: [], item: text },
          { ...base, name: "labels", label: "Labels", kind: "map", value: text },
        ]}
        base={["spec"]}
        value={{ hosts: ["a", "b"], labels: { team: "shop" } }}
        errors={new Map([["spec.labels", "too many"]])}
        warnings={new Map()}
        edit={{ set, reject: vi.fn() }}
        isLocked={false}
      />,
    )
    const [addHost, addLabel] = screen.getAllByRole("button", { name: "Add" })
    fireEvent.click(addHost as HTMLElement)
    expect(set).toHaveBeenLastCalledWith(["spec", "hosts"], ["a", "b", ""])
    fireEvent.click(screen.getByRole("button", { name: "Remove item 1" }))
    expect(set).toHaveBeenLastCalledWith(["spec", "hosts"], ["b"])
    fireEvent.click(addLabel as HTMLElement)
    expect(set).toHaveBeenLastCalledWith(["spec", "labels"], { team: "shop", "": "" })
    fireEvent.click(screen.getByRole("button", { name: "Remove team" }))
    expect(set).toHaveBeenLastCalledWith(["spec", "labels"], undefined)
    expect(screen.getByText("too many")).toBeDefined()
  })
})
