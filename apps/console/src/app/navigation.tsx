"use client"
// The only place that knows Next's router. Query changes go through the History API, which Next follows without asking a server.
import NextLink from "next/link"
import { usePathname, useRouter, useSearchParams } from "next/navigation"
import type { AnchorHTMLAttributes, ReactNode, Ref } from "react"
import { useCallback } from "react"
import { toast } from "../components/ui/toast-store.ts"
import { isNowConnected } from "../trpc/connection.ts"
import { useAppHref } from "./scope.tsx"

export interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  href: string
  children: ReactNode
  ref?: Ref<HTMLAnchorElement>
}

/** Keeps cluster and time range of the page it stands on. Nothing is fetched before it is followed. */
export function Link({ href, children, onClick, ...rest }: LinkProps) {
  const toHref = useAppHref()
  return (
    <NextLink
      href={toHref(href)}
      prefetch={false}
      {...rest}
      onClick={(event) => {
        onClick?.(event)
        if (!canOpen(href)) event.preventDefault()
      }}
    >
      {children}
    </NextLink>
  )
}

/** Without its server a new page would replace the console by the browser's error page; the one on screen stays instead. */
function canOpen(href: string): boolean {
  if (isNowConnected() || href.split("?")[0] === window.location.pathname) return true
  toast({ status: "warn", claim: "Not opened.", detail: "The console's server does not answer; this page stays until it is back." })
  return false
}

export function useSearch(): URLSearchParams {
  const search = useSearchParams()
  return search as unknown as URLSearchParams
}

export function usePath(): string {
  return usePathname() ?? "/"
}

/** Follows a path as a link would. */
export function useGo(): (href: string) => void {
  const router = useRouter()
  const toHref = useAppHref()
  return useCallback((href: string) => void (canOpen(href) && router.push(toHref(href))), [router, toHref])
}

export type HistoryMode = "push" | "replace"

/** Changes some query parameters of this page; `null` removes one. */
export function changeSearch(changes: Readonly<Record<string, string | null>>, mode: HistoryMode): void {
  const search = new URLSearchParams(window.location.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) search.delete(name)
    else search.set(name, value)
  }
  const query = search.toString()
  const url = `${window.location.pathname}${query ? `?${query}` : ""}`
  if (url === `${window.location.pathname}${window.location.search}`) return
  if (mode === "push") window.history.pushState(null, "", url)
  else window.history.replaceState(null, "", url)
}
