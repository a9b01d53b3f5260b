import { cleanup, fireEvent, render, screen } from "@testing-library/react"
import { afterEach, describe, expect, it, vi } from "vitest"
import { ConfirmByName, type ConfirmByNameProps } from "./confirm-by-name.tsx"

function show(props: Partial<ConfirmByNameProps> = {}) {
  const onConfirm = vi.fn()
  const onClose = vi.fn()
  render(
    <ConfirmByName
      isOpen
      onClose={onClose}
      name="orders"
      verb="Delete"
      title="Delete topic orders?"
      effect="640 GB are erased."
      onConfirm={onConfirm}
      {...props}
    />,
  )
  return {
    onConfirm,
    onClose,
    button: () => screen.getByRole("button", { name: "Delete orders" }),
    input: () => screen.getByRole("textbox"),
  }
}

const type = (input: HTMLElement, value: string) => fireEvent.change(input, { target: { value } })

afterEach(cleanup)

describe("confirm by name", () => {
  it("names object and effect, and starts on the safe button", () => {
    show()
    expect(screen.getByRole("dialog", { name: "Delete topic orders?" })).toBeDefined()
    expect(screen.getByText("640 GB are erased.")).toBeDefined()
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Cancel" }))
  })

  it.each(["", "order", "Orders", "orders ", "orderss"])("stays closed for %j", (typed) => {
    const { onConfirm, button, input } = show()
    type(input(), typed)
    expect(button()).toHaveProperty("disabled", true)
    fireEvent.click(button())
    fireEvent.submit(input())
    expect(onConfirm).not.toHaveBeenCalled()
  })

  it("opens for the exact name, by button and by Enter", () => {
    const { onConfirm, button, input } = show()
    type(input(), "orders")
    fireEvent.click(button())
    fireEvent.submit(input())
    expect(onConfirm.mock.calls).toEqual([["orders"], ["orders"]])
  })

  it("waits while it is under way, and says what went wrong", () => {
    const { onConfirm, button, input } = show({ isBusy: true, error: "the broker did not answer" })
    type(input(), "orders")
    expect(button()).toHaveProperty("disabled", true)
    fireEvent.submit(input())
    expect(onConfirm).not.toHaveBeenCalled()
    expect(screen.getByRole("alert").textContent).toBe("the broker did not answer")
  })

  it("closes by Escape", () => {
    const { onClose } = show()
    fireEvent.keyDown(document.activeElement as Element, { key: "Escape" })
    expect(onClose).toHaveBeenCalled()
  })
})
