import type { Status } from "./status-shape.tsx"

export interface ToastMessage {
  status: Status
  claim: string
  detail?: string
  undo?: () => void
}

export interface ShownToast extends ToastMessage {
  id: number
}

let shown: readonly ShownToast[] = []
let nextId = 1
const listeners = new Set<() => void>()

function change(next: readonly ShownToast[]): void {
  shown = next
  for (const listener of listeners) listener()
}

/** Says what happened; at most three at a time, the oldest leaves first. */
export function toast(message: ToastMessage): void {
  change([...shown, { ...message, id: nextId++ }].slice(-3))
}

export function dismiss(id: number): void {
  change(shown.filter((each) => each.id !== id))
}

export function messages(): readonly ShownToast[] {
  return shown
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
