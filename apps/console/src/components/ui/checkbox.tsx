import { type ReactNode, useId } from "react"
import { Icon } from "./icon.tsx"

/** The native control, drawn; label and box are one target. */
export function Checkbox({
  isOn,
  onChange,
  children,
  isDisabled = false,
}: {
  isOn: boolean
  onChange: (on: boolean) => void
  children: ReactNode
  isDisabled?: boolean
}) {
  const id = useId()
  return (
    <span className="inline-flex items-center gap-2">
      <span className="relative grid size-3.5 flex-none place-items-center">
        <input
          id={id}
          type="checkbox"
          checked={isOn}
          disabled={isDisabled}
          onChange={(event) => onChange(event.currentTarget.checked)}
          className="peer absolute inset-0 appearance-none rounded-1 border border-line-strong bg-panel checked:border-accent-fill checked:bg-accent-fill disabled:bg-sunken"
        />
        <Icon
          name="check"
          strokeWidth={2}
          className="pointer-events-none relative size-2.5 text-on-fill opacity-0 peer-checked:opacity-100"
        />
      </span>
      <label htmlFor={id}>{children}</label>
    </span>
  )
}
