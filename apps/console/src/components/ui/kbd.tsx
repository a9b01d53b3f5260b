import type { ReactNode } from "react"

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="rounded-1 border border-line bg-sunken px-1 font-sans text-11 font-mid text-dim">{children}</kbd>
}
