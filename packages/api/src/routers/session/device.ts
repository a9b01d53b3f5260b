/** A User-Agent in a few words, for telling one's own sessions apart. It proves nothing. */
export function deviceOf(userAgent: string): string {
  const browser = firstMatch(userAgent, browsers) ?? (userAgent === "" ? "unknown client" : userAgent.slice(0, 40).replace(/[\s(/].*$/, ""))
  const system = firstMatch(userAgent, systems)
  return system === undefined ? browser : `${browser} on ${system}`
}

/** More special ones first: most browsers also name those they descend from. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\//, "Firefox"],
  [/\bHeadlessChrome\//, "Headless Chrome"],
  [/\bChrome\//, "Chrome"],
  [/\bSafari\//, "Safari"],
]

const systems: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\b(?:iPhone|iPad)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
]

function firstMatch(text: string, table: readonly (readonly [RegExp, string])[]): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1]
}
