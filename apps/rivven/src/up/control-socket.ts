// How a second terminal talks to a running `rivven up`: a Unix socket, mode 0600, one line of JSON in, one out. It only hands out sign-in
// links and says who is running; whoever may open the socket owns the data directory anyway.
import { createHash } from "node:crypto"
import { chmodSync, rmSync } from "node:fs"
import { createConnection, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

export type ControlRequest = { ask: "link" } | { ask: "who" }
export type ControlAnswer = { signInLink: string } | { pid: number; version: string } | { error: string }

export interface ControlSocket {
  stop(): Promise<void>
}

const longestLine = 4096
/** sockaddr_un holds 108 bytes on Linux and 104 on macOS, the terminating zero included. */
const longestPath = 100

/** `<data>/control.sock`, or a name derived from it in the temporary folder where that path is too long for a socket. */
export function controlPath(dataDir: string): string {
  const path = join(dataDir, "control.sock")
  if (Buffer.byteLength(path) <= longestPath) return path
  return join(tmpdir(), `rivven-${createHash("sha256").update(dataDir).digest("hex").slice(0, 16)}.sock`)
}

/** Only the holder of the data directory's lock may call this: a socket file that is already there is a dead process's. */
export async function serveControl(path: string, answer: (request: ControlRequest) => Promise<ControlAnswer>): Promise<ControlSocket> {
  rmSync(path, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    socket.on("error", () => socket.destroy())
    readLine(socket)
      .then(async (line) => socket.end(`${JSON.stringify(await answer(JSON.parse(line)))}\n`))
      .catch((error: unknown) => socket.end(`${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`))
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(path, resolve)
  })
  chmodSync(path, 0o600)
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** `undefined` when nobody listens there. */
export async function askControl(path: string, request: ControlRequest): Promise<ControlAnswer | undefined> {
  const socket = createConnection(path)
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject)
      socket.once("connect", resolve)
    })
    socket.write(`${JSON.stringify(request)}\n`)
    return JSON.parse(await readLine(socket))
  } catch (error) {
    if (isNobodyThere(error)) return undefined
    throw error
  } finally {
    socket.destroy()
  }
}

function isNobodyThere(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ECONNREFUSED")
}

function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ""
    socket.setEncoding("utf8")
    socket.setTimeout(10_000, () => reject(new Error("no answer within 10 s")))
    socket.on("error", reject)
    socket.on("end", () => reject(new Error("closed without a line")))
    socket.on("data", (chunk: string) => {
      text += chunk
      if (text.length > longestLine) reject(new Error(`a line has at most ${longestLine} characters`))
      else if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")))
    })
  })
}
