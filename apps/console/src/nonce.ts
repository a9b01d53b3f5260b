// The policy allows style elements only with the nonce of this page. Browsers hide the attribute from scripts but keep the property.
import { setNonce } from "get-nonce"

/** Nonce of the page's own scripts; undefined in development, where there is no policy. */
export function nonce(): string | undefined {
  if (typeof document === "undefined") return undefined
  for (const script of document.scripts) if (script.nonce) return script.nonce
  return undefined
}

/** Lets the scroll lock of dialogs and menus write its one style element. */
export function shareNonce(): void {
  const value = nonce()
  if (value) setNonce(value)
}
