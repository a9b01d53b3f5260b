import { cleanup, fireEvent, render, screen, within } from "@testing-library/react"
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import type { Column } from "./columns.ts"
import { ResourceTable, type ResourceTableProps } from "./resource-table.tsx"

interface Row {
  name: string
  size: number
}

const columns: readonly Column<Row>[] = [
  { id: "name", header: "Name", width: 100, isName: true, sortBy: "name", cell: (row) => row.name },
  { id: "size", header: "Size", width: 80, isNumber: true, sortBy: "size", cell: (row) => row.size },
  { id: "extra", header: "Extra", width: 80, isHidden: true, cell: () => "extra" },
]

const rowsOf = (count: number): Row[] => Array.from({ length: count }, (_, at) => ({ name: `topic-${at}`, size: at }))
const idOf = (row: Row) => row.name

function show(props: Partial<ResourceTableProps<Row>> = {}) {
  const given: ResourceTableProps<Row> = {
    label: "Things",
    columns,
    chosen: [],
    rows: rowsOf(3),
    total: 3,
    idOf,
    onOpen: () => {},
    sort: { by: "name", isDescending: false },
    onSort: () => {},
    question: "",
    empty: <p>Nothing here</p>,
    footer: <span>footer</span>,
    ...props,
  }
  const view = render(<ResourceTable {...given} />)
  return { ...view, again: (next: Partial<ResourceTableProps<Row>>) => view.rerender(<ResourceTable {...given} {...next} />) }
}

const bodyRows = () => screen.getAllByRole("row").filter((row) => row.hasAttribute("data-row"))

beforeAll(() => {
  // jsdom lays nothing out: the scroller is given a height, so that some rows are in sight.
  Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => 560 })
  Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => 800 })
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  )
})
afterEach(cleanup)

describe("resource table", () => {
  it("keeps its head while the first rows are on their way, and says that it is busy", () => {
    show({ rows: undefined, total: 0 })
    expect(screen.getByRole("table", { name: "Things" })).toHaveProperty("ariaBusy", "true")
    expect(screen.getByRole("columnheader", { name: "Name" })).toBeDefined()
    expect(screen.queryByText("footer")).toBeNull()
  })

  it("shows what is empty below its head", () => {
    show({ rows: [], total: 0 })
    expect(screen.getByText("Nothing here")).toBeDefined()
    expect(screen.getByRole("columnheader", { name: "Name" })).toBeDefined()
  })

  it("names cause and id of a failure and offers to try again", () => {
    const onRetry = vi.fn()
    show({ rows: undefined, failure: { title: "The cluster did not answer", detail: "refused", requestId: "q7f2", onRetry } })
    expect(screen.getByText("The cluster did not answer")).toBeDefined()
    expect(screen.getByText("q7f2")).toBeDefined()
    fireEvent.click(screen.getByRole("button", { name: "Retry" }))
    expect(onRetry).toHaveBeenCalledOnce()
  })

  it("offers nothing to try again when a permission is missing", () => {
    show({ rows: undefined, failure: { title: "You may not list things", detail: "thing:list", isDenied: true } })
    expect(screen.getByText("You may not list things")).toBeDefined()
    expect(screen.queryByRole("button", { name: "Retry" })).toBeNull()
  })

  it("keeps rows that came when asking again fails", () => {
    show({ failure: { title: "The cluster did not answer", detail: "refused" } })
    expect(bodyRows()).toHaveLength(3)
    expect(screen.queryByText("The cluster did not answer")).toBeNull()
  })

  it("says what is missing above rows that are partial, and dims rows that are old", () => {
    show({ notices: [{ claim: "The metrics did not answer.", detail: "Rates are missing." }], isStale: true })
    expect(screen.getByText("The metrics did not answer.")).toBeDefined()
    expect(screen.getByRole("table").dataset.stale).toBe("true")
    expect(bodyRows()).toHaveLength(3)
  })

  it("holds 10 000 rows and draws those in sight", () => {
    show({ rows: rowsOf(10_000), total: 10_000 })
    expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("10001")
    expect(bodyRows().length).toBeLessThan(60)
    expect(bodyRows()[0]?.getAttribute("aria-rowindex")).toBe("2")
  })

  it("asks for the next page when the end of what is loaded comes near", () => {
    const onNeed = vi.fn()
    show({ rows: rowsOf(20), total: 400, onNeed })
    expect(onNeed).toHaveBeenCalled()
  })

  it("sorts numbers from the top first and turns around on the second click", () => {
    const onSort = vi.fn()
    const { again } = show({ onSort })
    fireEvent.click(screen.getByRole("button", { name: "Size" }))
    expect(onSort).toHaveBeenLastCalledWith({ by: "size", isDescending: true })
    again({ onSort, sort: { by: "size", isDescending: true } })
    expect(screen.getByRole("columnheader", { name: "Size" }).getAttribute("aria-sort")).toBe("descending")
    fireEvent.click(screen.getByRole("button", { name: "Size" }))
    expect(onSort).toHaveBeenLastCalledWith({ by: "size", isDescending: false })
  })

  it("shows hidden columns when they are chosen, and never hides the name", () => {
    show({ chosen: ["extra"] })
    expect(screen.getAllByRole("columnheader").map((each) => each.textContent)).toEqual(["Name", "Extra"])
  })

  it("walks through rows by keyboard and opens the one under the cursor", () => {
    const onOpen = vi.fn()
    show({ onOpen })
    fireEvent.keyDown(document.body, { key: "j" })
    fireEvent.keyDown(document.body, { key: "j" })
    fireEvent.keyDown(document.body, { key: "k" })
    expect(bodyRows()[0]?.dataset.cursor).toBe("true")
    fireEvent.keyDown(document.body, { key: "Enter" })
    expect(onOpen).toHaveBeenCalledWith({ name: "topic-0", size: 0 })
  })

  it("holds order and membership while somebody points at the rows, and counts what waits", () => {
    const { again } = show()
    const body = screen.getByRole("table")
    fireEvent.pointerEnter(body.parentElement as HTMLElement)
    again({
      rows: [
        { name: "new", size: 9 },
        { name: "topic-0", size: 70 },
        { name: "topic-1", size: 1 },
        { name: "topic-2", size: 2 },
      ],
      total: 4,
    })
    expect(bodyRows().map((row) => within(row).getAllByRole("cell")[0]?.textContent)).toEqual(["topic-0", "topic-1", "topic-2"])
    expect(within(bodyRows()[0] as HTMLElement).getByText("70")).toBeDefined()
    fireEvent.click(screen.getByRole("button", { name: /1 update held/ }))
    expect(bodyRows()).toHaveLength(4)
  })
})
