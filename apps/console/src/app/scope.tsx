"use client"
// What a page is about, as far as the URL says it for all pages: the cluster and the time range. Links carry both along.
import { useSearchParams } from "next/navigation"
import { useCallback } from "react"

const carried = ["cluster", "from", "to"] as const

/** Adds the page's cluster and time range to a path, unless the path names its own. */
export function useAppHref(): (href: string) => string {
  const search = useSearchParams()
  const values = carried.map((name) => search?.get(name) ?? "").join("\n")
  return useCallback(
    (href: string) => {
      const [path = "/", query = ""] = href.split("?")
      const params = new URLSearchParams(query)
      for (const [at, value] of values.split("\n").entries()) {
        const name = carried[at]
        if (name && value && !params.has(name)) params.set(name, value)
        // "cluster=" leaves the page's own behind.
        if (name && params.get(name) === "") params.delete(name)
      }
      const text = params.toString()
      return text ? `${path}?${text}` : path
    },
    [values],
  )
}
