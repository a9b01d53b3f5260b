"use client"
import { Button } from "../../components/ui/button.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { Panel } from "../../components/ui/panel.tsx"

/** A page that failed to draw: rail and bar stay, so that one can go on elsewhere. */
export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <Panel isFlush>
      <EmptyState
        mark="bad"
        title="This page could not be drawn"
        action={
          <Button icon="refresh" onClick={reset}>
            Try again
          </Button>
        }
      >
        The other pages work. The browser says: {error.message}
      </EmptyState>
    </Panel>
  )
}
