// JSON.parse keeps the last of two equal keys without a word. This finds them, with their path, for strict validation.

type Frame = { keys: Set<string> | undefined; path: string; index: number; key: string }

const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\],]/g

/** The text is known to be JSON. */
export function findDuplicateKeys(text: string): string[] {
  const found: string[] = []
  const stack: Frame[] = []
  for (const [symbol, colon] of text.matchAll(token)) {
    const top = stack.at(-1)
    if (colon === undefined) step(symbol, stack)
    else if (top && isRepeated(top, symbol.slice(0, symbol.length - colon.length))) found.push(pathOf(top))
  }
  return found
}

function step(symbol: string, stack: Frame[]): void {
  const top = stack.at(-1)
  if (symbol === "{" || symbol === "[") stack.push({ keys: symbol === "{" ? new Set() : undefined, path: pathOf(top), index: 0, key: "" })
  else if (symbol === "}" || symbol === "]") stack.pop()
  else if (symbol === "," && top) top.index += 1
}

function isRepeated(frame: Frame, quoted: string): boolean {
  frame.key = String(JSON.parse(quoted))
  const isKnown = frame.keys?.has(frame.key) === true
  frame.keys?.add(frame.key)
  return isKnown
}

function pathOf(frame: Frame | undefined): string {
  if (!frame) return ""
  if (!frame.keys) return `${frame.path}[${frame.index}]`
  return frame.path === "" ? frame.key : `${frame.path}.${frame.key}`
}
