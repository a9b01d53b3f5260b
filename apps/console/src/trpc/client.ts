"use client"
import type { AppRouter } from "@rivven/api"
import { QueryCache, QueryClient } from "@tanstack/react-query"
import { createTRPCClient, httpBatchStreamLink, httpLink, httpSubscriptionLink, splitLink, type TRPCClient } from "@trpc/client"
import { createTRPCContext } from "@trpc/tanstack-react-query"
import { callFailure, isSignedOut } from "./failure.ts"

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

const url = "/api/trpc"
/** Mutations without it are refused: no foreign page can set it. */
const headers = { "x-rivven": "1" }

/** Queries of one tick travel together and answer one by one, so that a slow source holds nobody up. */
export function createClient(): TRPCClient<AppRouter> {
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: httpSubscriptionLink({ url }),
        false: splitLink({
          condition: (operation) => operation.type === "mutation",
          true: httpLink({ url, headers }),
          false: httpBatchStreamLink({ url, headers, maxItems: 20, maxURLLength: 6000 }),
        }),
      }),
    ],
  })
}

/** Live events say what changed; without one, data of a minute is asked for again when it is looked at. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: (error) => isSignedOut(error) && leaveForSignIn() }),
    defaultOptions: {
      queries: {
        // The server may run on this machine: whether a network is there says nothing about it.
        networkMode: "always",
        staleTime: 60_000,
        gcTime: 300_000,
        refetchOnWindowFocus: "always",
        retry: (count, error) => count < 2 && callFailure(error).isRetriable,
        retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 15_000),
      },
      mutations: { networkMode: "always", retry: false },
    },
  })
}

/** The session ended: sign in again and come back to this view. */
export function leaveForSignIn(): void {
  if (window.location.pathname === "/login") return
  const here = window.location.pathname + window.location.search
  window.location.replace(here === "/" ? "/login" : `/login?to=${encodeURIComponent(here)}`)
}
