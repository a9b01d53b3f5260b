"use client"
import { DropdownMenu as Radix } from "radix-ui"
import type { ReactElement, ReactNode } from "react"
import { cx } from "./cx.ts"
import { Icon, type IconName } from "./icon.tsx"

const item = "flex h-7 items-center gap-2 rounded-2 px-2 whitespace-nowrap outline-none data-disabled:text-dim data-highlighted:bg-hover"

export interface MenuProps {
  trigger: ReactElement
  children: ReactNode
  align?: "start" | "end"
  className?: string
  isOpenAtFirst?: boolean
}

export function Menu({ trigger, children, align = "end", className, isOpenAtFirst = false }: MenuProps) {
  return (
    <Radix.Root modal={false} defaultOpen={isOpenAtFirst}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={cx("floats z-40 min-w-44 rounded-3 bg-raised p-1 shadow-float focus:outline-none", className)}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

export function MenuItem({
  icon,
  children,
  onSelect,
  isDanger = false,
}: {
  icon?: IconName
  children: ReactNode
  onSelect: () => void
  isDanger?: boolean
}) {
  return (
    <Radix.Item className={cx(item, isDanger && "text-bad")} onSelect={onSelect}>
      {icon ? <Icon name={icon} className={isDanger ? "" : "text-dim"} /> : null}
      {children}
    </Radix.Item>
  )
}

export interface MenuChoiceProps<T extends string> {
  label: string
  value: T
  choices: readonly (readonly [T, string])[]
  onChoose: (value: T) => void
}

/** One of several, with a mark at the chosen one; the menu stays open. */
export function MenuChoice<T extends string>({ label, value, choices, onChoose }: MenuChoiceProps<T>) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(next) => onChoose(next as T)}>
      <Radix.Label className="px-2 pt-1.5 pb-[3px] text-11 text-dim">{label}</Radix.Label>
      {choices.map(([choice, text]) => (
        <Radix.RadioItem
          key={choice}
          value={choice}
          className={cx(item, "pl-7 data-[state=checked]:pl-2")}
          onSelect={(event) => event.preventDefault()}
        >
          <Radix.ItemIndicator>
            <Icon name="check" className="text-accent" />
          </Radix.ItemIndicator>
          {text}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  )
}

export function MenuSeparator() {
  return <Radix.Separator className="mx-2 my-1 h-px bg-line" />
}

/** Words that are no choice. */
export function PlainLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-1.5 pb-[3px] text-11 text-dim">{children}</Radix.Label>
}
