"use client"
import { type ReactNode, useId, useState } from "react"
import { Button } from "./button.tsx"
import { Dialog } from "./dialog.tsx"
import { Input } from "./field.tsx"

export interface ConfirmByNameProps {
  isOpen: boolean
  onClose: () => void
  /** The exact name that must be typed; the server checks it again. */
  name: string
  verb: string
  title: string
  effect: ReactNode
  dependants?: ReactNode
  isBusy?: boolean
  error?: string | undefined
  onConfirm: (typedName: string) => void
}

/** For what cannot be undone: effect and dependants in words, then the name typed by hand. */
export function ConfirmByName({ isOpen, onClose, ...rest }: ConfirmByNameProps) {
  return isOpen ? <Opened onClose={onClose} {...rest} /> : null
}

function Opened({ onClose, name, verb, title, effect, dependants, isBusy = false, error, onConfirm }: Omit<ConfirmByNameProps, "isOpen">) {
  const [typed, setTyped] = useState("")
  const id = useId()
  const isExact = typed === name
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      description={effect}
      footer={
        <>
          <Button onClick={onClose} data-first-focus>
            Cancel
          </Button>
          <Button kind={isExact ? "danger" : "plain"} disabled={!isExact || isBusy} onClick={() => onConfirm(typed)}>
            {verb} {name}
          </Button>
        </>
      }
    >
      {dependants}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (isExact && !isBusy) onConfirm(typed)
        }}
      >
        <label htmlFor={id} className="mt-2.5 mb-1 block">
          Type <b className="font-strong text-ink select-all">{name}</b> to confirm
        </label>
        <Input id={id} value={typed} autoComplete="off" spellCheck={false} onChange={(event) => setTyped(event.currentTarget.value)} />
      </form>
      {error ? (
        <p role="alert" className="mt-2 text-12 text-bad">
          {error}
        </p>
      ) : null}
    </Dialog>
  )
}
