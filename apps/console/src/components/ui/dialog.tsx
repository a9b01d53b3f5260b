"use client"
import { Dialog as Radix } from "radix-ui"
import type { ReactNode } from "react"
import { IconButton } from "./button.tsx"

export interface DialogProps {
  isOpen: boolean
  onClose: () => void
  title: ReactNode
  description?: ReactNode
  children: ReactNode
  footer?: ReactNode
}

const scrim = "appears fixed inset-0 z-40 bg-scrim"

/** The safe control of a destructive question gets the focus, not the first one in order. */
function focusFirst(event: Event): void {
  const first = event.currentTarget instanceof HTMLElement ? event.currentTarget.querySelector<HTMLElement>("[data-first-focus]") : null
  if (!first) return
  event.preventDefault()
  first.focus()
}

/** A drawer is read first: the focus goes to it, not to its close button. */
function focusItself(event: Event): void {
  event.preventDefault()
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus({ preventScroll: true })
}

/** A question in the middle of the page. Focus comes back to where it was. */
export function Dialog({ isOpen, onClose, title, description, children, footer }: DialogProps) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={scrim} />
        <Radix.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={focusFirst}
          className="floats fixed top-[18vh] left-1/2 z-40 max-h-[70vh] w-[min(460px,calc(100vw-32px))] -translate-x-1/2 overflow-auto rounded-3 bg-raised shadow-float focus:outline-none"
        >
          <Radix.Title className="px-4 pt-3.5 pb-1 text-15">{title}</Radix.Title>
          <div className="px-4 pt-1 pb-3.5 text-soft">
            {description ? <Radix.Description className="mb-2">{description}</Radix.Description> : null}
            {children}
          </div>
          {footer ? <div className="flex justify-end gap-2 border-t border-line px-4 py-2.5">{footer}</div> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/** Details of one row, over the right edge of the page; the list stays where it is. */
export function Drawer({ isOpen, onClose, title, children, footer }: Omit<DialogProps, "description">) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()} modal={false}>
      <Radix.Portal>
        <Radix.Content
          aria-describedby={undefined}
          data-drawer
          onOpenAutoFocus={focusItself}
          onInteractOutside={(event) => event.preventDefault()}
          className="slides fixed top-[46px] right-0 bottom-0 z-30 flex w-[min(440px,100vw)] flex-col border-l border-line bg-panel shadow-float focus:outline-none"
        >
          <div className="flex h-11 flex-none items-center border-b border-line pr-2 pl-4">
            <Radix.Title className="min-w-0 truncate">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton icon="close" label="Close" className="ml-auto" />
            </Radix.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-auto px-4 py-3.5">{children}</div>
          {footer ? <div className="flex flex-none items-center gap-2 border-t border-line px-4 py-2.5">{footer}</div> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
