import type { Extension } from "@codemirror/state"
import { GutterMarker, gutter } from "@codemirror/view"

/** Who owns the field on a line of the text. */
export interface OwnerMark {
  /** The key as it stands on its line, with its indentation: "    retentionMs:". */
  key: string
  owner: string
  isOurs: boolean
}

const shapes = {
  ours: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c0-3 2.3-4.5 5.5-4.5s5.5 1.5 5.5 4.5",
  others: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
}

class Marker extends GutterMarker {
  readonly #mark: OwnerMark

  constructor(mark: OwnerMark) {
    super()
    this.#mark = mark
  }

  override toDOM(): Node {
    const { owner, isOurs } = this.#mark
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
    svg.setAttribute("viewBox", "0 0 16 16")
    svg.setAttribute("class", isOurs ? "cm-owner-mark is-ours" : "cm-owner-mark")
    svg.setAttribute("fill", "none")
    svg.setAttribute("stroke", "currentColor")
    svg.setAttribute("stroke-width", "1.4")
    const title = document.createElementNS(svg.namespaceURI, "title")
    title.textContent = isOurs ? "Changed here, by the console" : `Owned by ${owner}, locked here`
    const path = document.createElementNS(svg.namespaceURI, "path")
    path.setAttribute("d", isOurs ? shapes.ours : shapes.others)
    svg.append(title, path)
    return svg
  }
}

/** Person: ours. Lock: somebody else's, with the name on hover. */
export function ownerGutter(owners: readonly OwnerMark[]): Extension {
  const markers = new Map(owners.map((mark) => [mark.key, new Marker(mark)]))
  return gutter({
    class: "cm-owner",
    lineMarker: (view, line) => {
      const key = /^(\s*[\w.-]+:)/.exec(view.state.sliceDoc(line.from, line.to))?.[1]
      return key === undefined ? null : (markers.get(key) ?? null)
    },
  })
}
