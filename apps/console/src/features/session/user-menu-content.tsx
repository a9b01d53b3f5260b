"use client"
import { type ReactElement, useState } from "react"
import { Menu, MenuChoice, MenuItem, MenuSeparator, PlainLabel } from "../../components/ui/menu.tsx"
import { toast } from "../../components/ui/toast.tsx"
import { type Preferences, setPreferences, usePreferences } from "../../preferences.ts"
import { useTRPCClient } from "../../trpc/client.ts"
import { callFailure } from "../../trpc/failure.ts"
import type { Me } from "../../trpc/types.ts"
import { SessionsDialog } from "./sessions-dialog.tsx"

/** How the console looks, where this person is signed in, and the way out. Opens as it is mounted. */
export default function UserMenuContent({ me, trigger }: { me: Me; trigger: ReactElement }) {
  const client = useTRPCClient()
  const preferences = usePreferences()
  const [isOpen, setOpen] = useState(false)
  const choose = (change: Partial<Preferences>) => {
    setPreferences(change)
    client.session.setPreferences.mutate(change).catch((error: unknown) => {
      toast({ status: "warn", claim: "This choice lasts in this browser only.", detail: callFailure(error).message })
    })
  }
  return (
    <>
      <Menu className="w-56" trigger={trigger} isOpenAtFirst>
        <PlainLabel>
          {me.user.name}, {roles[me.user.role]}
        </PlainLabel>
        <MenuChoice
          label="Theme"
          value={preferences.theme}
          onChoose={(theme) => choose({ theme })}
          choices={[
            ["system", "As the system"],
            ["light", "Light"],
            ["dark", "Dark"],
          ]}
        />
        <MenuChoice
          label="Density"
          value={preferences.density}
          onChoose={(density) => choose({ density })}
          choices={[
            ["compact", "Compact"],
            ["comfortable", "Comfortable"],
          ]}
        />
        <MenuChoice
          label="Times"
          value={preferences.timeZone}
          onChoose={(timeZone) => choose({ timeZone })}
          choices={[
            ["local", "Local"],
            ["utc", "UTC"],
          ]}
        />
        <MenuChoice
          label="Single-letter shortcuts"
          value={preferences.hasShortcuts ? "on" : "off"}
          onChoose={(word) => choose({ hasShortcuts: word === "on" })}
          choices={[
            ["on", "On"],
            ["off", "Off"],
          ]}
        />
        <MenuSeparator />
        <MenuItem icon="person" onSelect={() => setOpen(true)}>
          Sessions
        </MenuItem>
        <MenuItem icon="undo" onSelect={() => void signOut(client, me.session.id)}>
          Sign out
        </MenuItem>
        <PlainLabel>Rivven {me.console.version}</PlainLabel>
      </Menu>
      {isOpen ? <SessionsDialog onClose={() => setOpen(false)} /> : null}
    </>
  )
}

const roles = { "local-admin": "owner of this machine" } as const

async function signOut(client: ReturnType<typeof useTRPCClient>, id: string): Promise<void> {
  try {
    await client.session.revoke.mutate({ id })
  } catch (error) {
    if (callFailure(error).status !== 401) {
      toast({ status: "bad", claim: "Not signed out.", detail: callFailure(error).message })
      return
    }
  }
  window.location.replace("/login")
}
