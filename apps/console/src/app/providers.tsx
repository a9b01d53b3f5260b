"use client"
import { QueryClientProvider } from "@tanstack/react-query"
import { type ReactNode, useEffect, useState } from "react"
import { ToastHost } from "../components/ui/toast.tsx"
import { TooltipHost } from "../components/ui/tooltip.tsx"
import { shareNonce } from "../nonce.ts"
import { applyPreferences } from "../preferences.ts"
import { createClient, createQueryClient, TRPCProvider } from "../trpc/client.ts"

export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient)
  const [client] = useState(createClient)
  useEffect(() => {
    shareNonce()
    applyPreferences()
  }, [])
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
        <ToastHost />
        <TooltipHost />
      </TRPCProvider>
    </QueryClientProvider>
  )
}
