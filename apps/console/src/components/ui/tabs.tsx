"use client"
import { Tabs as Radix } from "radix-ui"
import type { ReactNode } from "react"

export interface Tab<T extends string> {
  value: T
  label: string
  count?: number
}

export interface TabsProps<T extends string> {
  label: string
  value: T
  tabs: readonly Tab<T>[]
  onChoose: (value: T) => void
  children: ReactNode
}

export function Tabs<T extends string>({ label, value, tabs, onChoose, children }: TabsProps<T>) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onChoose(next as T)}>
      <Radix.List aria-label={label} className="mb-3 flex gap-1 border-b border-line">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="relative flex items-center gap-1.5 px-2 pt-[5px] pb-[7px] text-soft hover:text-ink data-[state=active]:font-mid data-[state=active]:text-ink data-[state=active]:after:absolute data-[state=active]:after:inset-x-2 data-[state=active]:after:-bottom-px data-[state=active]:after:h-0.5 data-[state=active]:after:rounded-t-[2px] data-[state=active]:after:bg-accent"
          >
            {tab.label}
            {tab.count === undefined ? null : <span className="text-11 text-dim tabular-nums">{tab.count}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {children}
    </Radix.Root>
  )
}

export function TabPanel({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Radix.Content value={value} className="focus-visible:shadow-none" tabIndex={-1}>
      {children}
    </Radix.Content>
  )
}
