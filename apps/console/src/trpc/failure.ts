import { TRPCClientError } from "@trpc/client"

/** What a failed call tells: tRPC's code, our own code, the id under which the server logged it, and the fields at fault. */
export interface CallFailure {
  code: string
  message: string
  requestId: string | undefined
  status: number | undefined
  fields: readonly { path: string; message: string }[]
}

interface ErrorData {
  code?: string
  httpStatus?: number
  rivven?: { code?: string; requestId?: string; fields?: { path: string; message: string }[] }
  requestId?: string
}

export function callFailure(error: unknown): CallFailure {
  if (error instanceof TRPCClientError) {
    const data = (error.data ?? {}) as ErrorData
    return {
      code: data.rivven?.code ?? data.code ?? "NETWORK",
      message: data.code === undefined ? "The console's server did not answer." : error.message,
      requestId: data.rivven?.requestId ?? data.requestId,
      status: data.httpStatus,
      fields: data.rivven?.fields ?? [],
    }
  }
  return {
    code: "UNKNOWN",
    message: error instanceof Error ? error.message : String(error),
    requestId: undefined,
    status: undefined,
    fields: [],
  }
}

export function isSignedOut(error: unknown): boolean {
  return callFailure(error).code === "UNAUTHORIZED" || callFailure(error).status === 401
}

export function isDenied(error: unknown): boolean {
  return callFailure(error).status === 403
}
