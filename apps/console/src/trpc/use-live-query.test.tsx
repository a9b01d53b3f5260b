import { QueryClientProvider } from "@tanstack/react-query"
import { cleanup, render, screen, waitFor } from "@testing-library/react"
import { TRPCClientError } from "@trpc/client"
import { afterEach, describe, expect, it } from "vitest"
import { createQueryClient } from "./client.ts"
import type { Envelope } from "./types.ts"
import { isSameSubject, useLiveQuery } from "./use-live-query.ts"

afterEach(cleanup)

const answer = (data: string): Envelope<string> => ({ data, asOf: 1, complete: true, degraded: [] })

function refusal(code: string, isRetriable: boolean): Error {
  return TRPCClientError.from({
    error: { code: -32004, message: code, data: { code, httpStatus: 404, rivven: { code, path: "topic", requestId: "r", isRetriable } } },
  } as Parameters<typeof TRPCClientError.from>[0])
}

function Topic({ name, ask }: { name: string; ask: (name: string) => Promise<Envelope<string>> }) {
  const { data, error } = useLiveQuery({ queryKey: [["topics", "get"], name], queryFn: () => ask(name), keys: [] })
  return <p>{error ? "failed" : (data?.data ?? "loading")}</p>
}

describe("a live query", () => {
  it("asks once for what does not exist, and keeps saying so while it is asked again", async () => {
    const client = createQueryClient()
    const asked: ((error: Error) => void)[] = []
    const ask = () => new Promise<never>((_, reject) => asked.push(reject))
    render(<Topic name="gone" ask={ask} />, {
      wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
    })
    expect(screen.getByText("loading")).toBeDefined()
    asked[0]?.(refusal("NOT_FOUND", false))
    await screen.findByText("failed")
    expect(asked).toHaveLength(1)
    void client.invalidateQueries()
    await waitFor(() => expect(asked).toHaveLength(2))
    expect(screen.getByText("failed")).toBeDefined()
    asked[1]?.(refusal("NOT_FOUND", false))
  })

  it("shows what came to be after a failure", async () => {
    const client = createQueryClient()
    let exists = false
    const ask = () => (exists ? Promise.resolve(answer("here")) : Promise.reject(refusal("NOT_FOUND", false)))
    render(<Topic name="late" ask={ask} />, {
      wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
    })
    await screen.findByText("failed")
    exists = true
    void client.invalidateQueries()
    await screen.findByText("here")
  })

  it("never shows one topic in the place of another", async () => {
    const client = createQueryClient()
    const ask = (name: string) => (name === "a" ? Promise.resolve(answer("of a")) : new Promise<never>(() => {}))
    const wrapper = ({ children }: { children: React.ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>
    const { rerender } = render(<Topic name="a" ask={ask} />, { wrapper })
    await screen.findByText("of a")
    rerender(<Topic name="b" ask={ask} />)
    expect(screen.getByText("loading")).toBeDefined()
  })

  it("keeps a chart while only its time range moves", () => {
    expect(isSameSubject(["metrics", "local", "size", "1", "2"], ["metrics", "local", "size", "2", "3"])).toBe(true)
    expect(isSameSubject(["metrics", "local", "size", "1", "2"], ["metrics", "other", "size", "1", "2"])).toBe(false)
  })
})
