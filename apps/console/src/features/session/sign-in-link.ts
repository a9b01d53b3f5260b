// The one-time sign-in link carries its secret in the fragment, which never reaches a log or a Referer. It is taken out of the address
// at once and posted; what comes back is a cookie.

/** The secret of `#k=…`, removed from the address bar and the history entry; null when there is none. */
export function takeLinkSecret(): string | null {
  const found = /^#k=([\w-]{20,100})$/.exec(window.location.hash)
  if (window.location.hash) window.history.replaceState(null, "", window.location.pathname + window.location.search)
  return found?.[1] ?? null
}

export type SignInResult = { ok: true } | { ok: false; message: string }

export async function signInWithLink(secret: string): Promise<SignInResult> {
  let response: Response
  try {
    response = await fetch("/auth/link", {
      method: "POST",
      headers: { "content-type": "application/json", "x-rivven": "1" },
      body: JSON.stringify({ key: secret }),
    })
  } catch {
    return { ok: false, message: "The console's server did not answer. Is Rivven still running?" }
  }
  if (response.ok) return { ok: true }
  if (response.status === 429) return { ok: false, message: "Too many attempts. Wait a minute, then get a new link." }
  return { ok: false, message: "This link was used before or is older than 10 minutes." }
}

/** Where to go after signing in: only a path of this console. */
export function returnPath(search: string): string {
  const wanted = new URLSearchParams(search).get("to")
  return wanted && /^\/(?!\/|login)[\w\-./?=&%+~:]*$/.test(wanted) ? wanted : "/"
}
