// Indents JSON without reading it into values, so that numbers of any size keep all their digits and keys their order and doubles.

const maxDepth = 64

/** Undefined when the text is not JSON. */
export function formatJson(text: string): string | undefined {
  if (!isJson(text)) return undefined
  const tokens = [...text.matchAll(token)].map(([value]) => value)
  let depth = 0
  let formatted = ""
  for (const [at, value] of tokens.entries()) {
    const [previous, next] = [tokens[at - 1] ?? "", tokens[at + 1] ?? ""]
    if (isOpening(value)) depth += 1
    if (isClosing(value)) depth -= 1
    if (depth > maxDepth) return text
    formatted += laidOut(value, { previous, next, depth })
  }
  return formatted
}

function laidOut(value: string, { previous, next, depth }: { previous: string; next: string; depth: number }): string {
  if (isOpening(value)) return isClosing(next) ? value : `${value}${newline(depth)}`
  if (isClosing(value)) return isOpening(previous) ? value : `${newline(depth)}${value}`
  if (value === ",") return `,${newline(depth)}`
  return value === ":" ? ": " : value
}

function isOpening(value: string): boolean {
  return value === "{" || value === "["
}

function isClosing(value: string): boolean {
  return value === "}" || value === "]"
}

/** Strings, numbers and words, punctuation; white space falls between. */
const token = /"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+|[{}[\],:]/g

function newline(depth: number): string {
  return `\n${"  ".repeat(depth)}`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
