"use client"
import { useQuery } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { Menu, MenuChoice, MenuItem, MenuSeparator, PlainLabel } from "../../components/ui/menu.tsx"
import { toast } from "../../components/ui/toast.tsx"
import { setServerTime } from "../../now.ts"
import { type Preferences, setPreferences, usePreferences } from "../../preferences.ts"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import { callFailure } from "../../trpc/failure.ts"
import { SessionsDialog } from "./sessions-dialog.tsx"

/** Who is signed in, how the console looks, and the way out. */
export function UserMenu() {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const { data } = useQuery({ ...trpc.session.me.queryOptions(), staleTime: Number.POSITIVE_INFINITY })
  const me = data?.data
  const preferences = usePreferences()
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    if (!me) return
    setServerTime(me.console.nowMs)
    setPreferences(me.preferences)
  }, [me])
  const choose = (change: Partial<Preferences>) => {
    setPreferences(change)
    client.session.setPreferences.mutate(change).catch((error: unknown) => {
      toast({ status: "warn", claim: "This choice lasts in this browser only.", detail: callFailure(error).message })
    })
  }
  const name = me?.user.name ?? ""
  return (
    <>
      <Menu
        className="w-56"
        trigger={
          <button
            type="button"
            aria-label={`User menu of ${name}`}
            className="inline-flex h-7 items-center gap-[7px] rounded-2 px-1 text-12 whitespace-nowrap text-soft hover:bg-hover focus-visible:rounded-2"
          >
            <i className="grid size-5.5 place-items-center rounded-full bg-press text-[10px] font-[640] text-ink not-italic">
              {initials(name)}
            </i>
            {name}
          </button>
        }
      >
        <PlainLabel>
          {name}, {me?.user.role === "local-admin" ? "owner of this machine" : me?.user.role}
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
        <MenuItem icon="undo" onSelect={() => me && void signOut(client, me.session.id)}>
          Sign out
        </MenuItem>
        <PlainLabel>Rivven {me?.console.version}</PlainLabel>
      </Menu>
      {isOpen ? <SessionsDialog onClose={() => setOpen(false)} /> : null}
    </>
  )
}

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

/** "local-admin" → "LA" */
function initials(name: string): string {
  const words = name.split(/[^\p{L}\d]+/u).filter(Boolean)
  const letters = words.length > 1 ? words.map((word) => word.charAt(0)).join("") : (words[0] ?? "")
  return letters.slice(0, 2).toUpperCase()
}
