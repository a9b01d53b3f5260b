import { TRPCClientError } from "@trpc/client"

/** What a failed call tells: tRPC's code, our own code, the id under which the server logged it, and the fields at fault. */
export interface CallFailure {
  code: string
  message: string
  /** The part of the question at fault: "topic", "cluster". */
  path: string
  requestId: string | undefined
  status: number | undefined
  /** Asking the same again may help. */
  isRetriable: boolean
  fields: readonly { path: string; message: string }[]
}

interface ErrorData {
  code?: string
  httpStatus?: number
  rivven?: { code?: string; path?: string; requestId?: string; isRetriable?: boolean; fields?: { path: string; message: string }[] }
  requestId?: string
}

export function callFailure(error: unknown): CallFailure {
  if (error instanceof TRPCClientError) {
    const data = (error.data ?? {}) as ErrorData
    return {
      code: data.rivven?.code ?? data.code ?? "NETWORK",
      message: data.code === undefined ? "The console's server did not answer." : error.message,
      path: data.rivven?.path ?? "",
      requestId: data.rivven?.requestId ?? data.requestId,
      status: data.httpStatus,
      // Without our part of the answer the server was not reached, or something between broke.
      isRetriable: data.rivven?.isRetriable ?? (data.httpStatus === undefined || data.httpStatus >= 500),
      fields: data.rivven?.fields ?? [],
    }
  }
  return {
    code: "UNKNOWN",
    message: error instanceof Error ? error.message : String(error),
    path: "",
    requestId: undefined,
    status: undefined,
    isRetriable: false,
    fields: [],
  }
}

export function isSignedOut(error: unknown): boolean {
  return callFailure(error).code === "UNAUTHORIZED" || callFailure(error).status === 401
}

export function isDenied(error: unknown): boolean {
  return callFailure(error).status === 403
}
