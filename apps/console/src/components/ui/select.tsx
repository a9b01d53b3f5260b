"use client"
import { Select as Radix } from "radix-ui"
import { nonce } from "../../nonce.ts"
import { cx } from "./cx.ts"
import { Icon } from "./icon.tsx"

export interface SelectProps<T extends string> {
  value: T
  choices: readonly (readonly [T, string])[]
  onChoose: (value: T) => void
  id?: string
  label?: string
  isLocked?: boolean
  isSmall?: boolean
  className?: string
  "aria-describedby"?: string | undefined
  "aria-invalid"?: boolean | undefined
}

/** One of a short closed list. */
export function Select<T extends string>({
  value,
  choices,
  onChoose,
  id,
  label,
  isLocked = false,
  isSmall = false,
  className,
  ...aria
}: SelectProps<T>) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onChoose(next as T)} disabled={isLocked}>
      <Radix.Trigger
        id={id}
        aria-label={label}
        {...aria}
        className={cx(
          "flex w-full min-w-0 items-center gap-1.5 rounded-2 border border-line-strong bg-panel px-2 text-left hover:bg-hover focus-visible:rounded-2 data-disabled:border-line data-disabled:bg-sunken data-disabled:text-soft",
          isSmall ? "h-6 text-12" : "h-(--control)",
          className,
        )}
      >
        <span className="min-w-0 flex-1 truncate">
          <Radix.Value />
        </span>
        <Icon name={isLocked ? "lock" : "chevronDown"} className="text-dim" />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="floats z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-3 bg-raised p-1 shadow-float"
        >
          <Radix.Viewport nonce={nonce()}>
            {choices.map(([choice, text]) => (
              <Radix.Item
                key={choice}
                value={choice}
                className="flex h-7 items-center gap-2 rounded-2 px-2 whitespace-nowrap outline-none data-highlighted:bg-hover data-[state=checked]:font-mid"
              >
                <Radix.ItemText>{text}</Radix.ItemText>
                <Radix.ItemIndicator className="ml-auto pl-3 text-accent">
                  <Icon name="check" />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
