import type { ButtonHTMLAttributes, ReactNode, Ref } from "react"
import { cx } from "./cx.ts"
import { Icon, type IconName } from "./icon.tsx"

export type ButtonKind = "plain" | "primary" | "danger" | "quiet"

const kinds: Record<ButtonKind, string> = {
  plain: "border-line-strong bg-panel shadow-pop hover:bg-hover",
  primary: "border-accent-fill bg-accent-fill text-on-fill shadow-pop hover:brightness-110",
  danger: "border-bad-fill bg-bad-fill text-on-fill shadow-pop hover:brightness-110",
  quiet: "border-transparent text-soft hover:bg-hover",
}

export function buttonClass({ kind = "plain", isSmall = false }: { kind?: ButtonKind; isSmall?: boolean } = {}): string {
  return cx(
    "inline-flex items-center gap-1.5 rounded-2 border font-mid whitespace-nowrap transition-colors duration-(--fast) focus-visible:rounded-2",
    "disabled:border-line disabled:bg-sunken disabled:text-dim disabled:shadow-none disabled:hover:brightness-100",
    isSmall ? "h-6 px-2 text-12" : "h-(--control) px-2.5",
    kinds[kind],
  )
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind
  isSmall?: boolean
  icon?: IconName
  ref?: Ref<HTMLButtonElement>
}

export function Button({ kind = "plain", isSmall = false, icon, className, children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={cx(buttonClass({ kind, isSmall }), className)} {...rest}>
      {icon ? <Icon name={icon} className={cx("-ml-0.5", (kind === "plain" || kind === "quiet") && "text-dim")} /> : null}
      {children}
    </button>
  )
}

/** A square button whose word is its label and tooltip. */
export function IconButton({
  icon,
  label,
  className,
  children,
  ...rest
}: Omit<ButtonProps, "kind"> & { icon: IconName; label: string; children?: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      data-tip={label}
      className={cx(
        "relative grid size-7 flex-none place-items-center rounded-2 text-soft hover:bg-hover focus-visible:rounded-2 disabled:text-dim disabled:hover:bg-transparent",
        className,
      )}
      {...rest}
    >
      <Icon name={icon} />
      {children}
    </button>
  )
}
