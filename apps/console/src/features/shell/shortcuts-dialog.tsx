"use client"
import { Dialog } from "../../components/ui/dialog.tsx"
import { Kbd } from "../../components/ui/kbd.tsx"

const listed: readonly (readonly [string[], string])[] = [
  [["Ctrl", "K"], "Search and commands"],
  [["/"], "Filter this list"],
  [["g", "o"], "Overview"],
  [["g", "t"], "Topics"],
  [["g", "c"], "Consumer groups"],
  [["g", "l"], "Alerts"],
  [["j"], "Next row"],
  [["k"], "Previous row"],
  [["Enter"], "Open the row"],
  [["e"], "Edit"],
  [["y"], "YAML"],
  [["r"], "Refresh, show held updates"],
  [["p"], "Pause or resume"],
  [["[", "]"], "Shift the time range"],
  [["Esc"], "Close"],
  [["?"], "This list"],
]

/** All keys that work somewhere. */
export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog isOpen onClose={onClose} title="Shortcuts">
      <dl className="grid grid-cols-[112px_1fr] gap-y-1.5 pt-1">
        {listed.map(([keys, what]) => (
          <div key={what} className="contents">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-12 text-dim">Single letters can be turned off in the user menu.</p>
    </Dialog>
  )
}
