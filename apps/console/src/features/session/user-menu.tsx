"use client"
import { useQuery } from "@tanstack/react-query"
import { lazy, Suspense, useLayoutEffect, useState } from "react"
import { setServerTime } from "../../now.ts"
import { setPreferences } from "../../preferences.ts"
import { useTRPC } from "../../trpc/client.ts"

const load = () => import("./user-menu-content.tsx")
const Content = lazy(load)

const buttonClass =
  "inline-flex h-7 items-center gap-[7px] rounded-2 px-1 text-12 whitespace-nowrap text-soft hover:bg-hover focus-visible:rounded-2"

/** Who is signed in. The menu is loaded with its first use. */
export function UserMenu() {
  const trpc = useTRPC()
  const { data } = useQuery({ ...trpc.session.me.queryOptions(), staleTime: Number.POSITIVE_INFINITY })
  const me = data?.data
  const [isWanted, setWanted] = useState(false)
  useLayoutEffect(() => {
    if (!me) return
    setServerTime(me.console.nowMs)
    setPreferences(me.preferences)
  }, [me])
  const name = me?.user.name ?? ""
  const face = (
    <>
      <i aria-hidden="true" className="grid size-5.5 place-items-center rounded-full bg-press text-[10px] font-[640] text-ink not-italic">
        {initials(name)}
      </i>
      <span className="sr-only">User menu of </span>
      {name}
    </>
  )
  const button = (
    <button
      type="button"
      aria-haspopup="menu"
      disabled={!me}
      onPointerEnter={() => void load()}
      onClick={() => setWanted(true)}
      className={buttonClass}
    >
      {face}
    </button>
  )
  if (!isWanted || !me) return button
  return (
    <Suspense fallback={button}>
      <Content
        me={me}
        trigger={
          <button type="button" className={buttonClass}>
            {face}
          </button>
        }
      />
    </Suspense>
  )
}

/** "local-admin" → "LA" */
function initials(name: string): string {
  const words = name.split(/[^\p{L}\d]+/u).filter(Boolean)
  const letters = words.length > 1 ? words.map((word) => word.charAt(0)).join("") : (words[0] ?? "")
  return letters.slice(0, 2).toUpperCase()
}
