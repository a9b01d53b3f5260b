import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from "react"
import { cx } from "./cx.ts"
import { Icon } from "./icon.tsx"

export type InputTone = "plain" | "warn" | "bad"

const tones: Record<InputTone, string> = {
  plain: "border-line-strong focus-within:border-accent focus-within:shadow-[0_0_0_1px_var(--color-accent)]",
  warn: "border-warn focus-within:shadow-[0_0_0_1px_var(--color-warn)]",
  bad: "border-bad focus-within:shadow-[0_0_0_1px_var(--color-bad)]",
}

export interface InputProps extends InputHTMLAttributes<HTMLInputElement> {
  tone?: InputTone
  isLocked?: boolean
  /** Unit, or what the value was before. */
  suffix?: ReactNode
  prefixNode?: ReactNode
  ref?: Ref<HTMLInputElement>
}

export function Input({ tone = "plain", isLocked = false, suffix, prefixNode, className, ...rest }: InputProps) {
  return (
    <span
      className={cx(
        "flex h-(--control) min-w-0 items-center gap-1.5 rounded-2 border px-2",
        isLocked ? "border-line bg-sunken text-soft" : cx("bg-panel", tones[tone]),
        className,
      )}
    >
      {prefixNode}
      <input readOnly={isLocked} className="w-full min-w-0 bg-transparent text-inherit focus:shadow-none focus:outline-none" {...rest} />
      {suffix ? <span className="text-12 whitespace-nowrap text-dim">{suffix}</span> : null}
      {isLocked ? <Icon name="lock" className="text-dim" /> : null}
    </span>
  )
}

export interface FieldProps {
  label: string
  /** What the field means, for whoever points at its name. */
  about?: string
  /** Exact value, effect, or who owns the field; always shown. */
  help?: ReactNode
  error?: string
  warning?: ReactNode
  children: (ids: { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined }) => ReactNode
}

/** A form row: label left, control and its one line of help right. */
export function Field({ label, about, help, error, warning, children }: FieldProps) {
  const id = useId()
  const note = error ?? warning ?? help
  const described = [note ? `${id}-note` : "", about ? `${id}-about` : ""].filter(Boolean).join(" ")
  return (
    <div className="mb-[7px] grid grid-cols-[112px_minmax(0,1fr)] gap-2">
      <div className="pt-[calc((var(--control)-20px)/2)] text-soft">
        <label
          htmlFor={id}
          data-tip={about}
          className={about ? "underline decoration-line-strong decoration-dotted underline-offset-3" : ""}
        >
          {label}
        </label>
        {about ? (
          <span id={`${id}-about`} hidden>
            {about}
          </span>
        ) : null}
      </div>
      <div className="min-w-0">
        {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
        {note ? (
          <p id={`${id}-note`} className={cx("mt-0.5 text-12", error ? "text-bad" : warning ? "text-warn" : "text-dim")}>
            {note}
          </p>
        ) : null}
      </div>
    </div>
  )
}
