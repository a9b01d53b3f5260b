// The subject of a certificate as Kafka prints it: RFC 2253 in Java's reading, most specific part first. ACLs compare this text, so that
// every character that means something is escaped and two different names never look the same.
import { type Der, oidText, readDer, readDerList, tags } from "./der.ts"

interface Attribute {
  readonly oid: string
  readonly value: Der
}

const keywords: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "STREET",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "0.9.2342.19200300.100.1.25": "DC",
  "0.9.2342.19200300.100.1.1": "UID",
}
const commonName = "2.5.4.3"
/** Version, if there is one, is tagged; then serial number, algorithm, issuer, validity, subject. */
const versionTag = 0xa0
const subjectAfterVersion = 4

/** Null when the certificate cannot be read or has no subject. */
export function subjectOf(certificate: Uint8Array): string | null {
  const name = nameOf(certificate)
  return name === null || name.length === 0 ? null : name.toReversed().map(printSet).join(",")
}

/** Null unless there is exactly one common name. */
export function commonNameOf(certificate: Uint8Array): string | null {
  const names =
    nameOf(certificate)
      ?.flat()
      .filter(({ oid }) => oid === commonName) ?? []
  return names.length === 1 && names[0] ? textOf(names[0].value) || null : null
}

function nameOf(certificate: Uint8Array): Attribute[][] | null {
  try {
    const toBeSigned = readDer(readDer(certificate).content)
    const fields = readDerList(toBeSigned.content)
    const subject = fields[subjectAfterVersion + (fields[0]?.tag === versionTag ? 1 : 0)]
    if (subject?.tag !== tags.sequence) return null
    return readDerList(subject.content).map(({ content }) => readDerList(content).map(attributeOf))
  } catch {
    // Not DER: nobody is named by it.
    return null
  }
}

function attributeOf({ content }: Der): Attribute {
  const [oid, value] = readDerList(content)
  if (oid?.tag !== tags.oid || !value) throw new RangeError("an attribute without type or value")
  return { oid: oidText(oid.content), value }
}

/** Java sorts the parts of a set by their text in canonical form only, so they stay as they are. */
const printSet = (attributes: readonly Attribute[]): string => attributes.map(printAttribute).join("+")

function printAttribute({ oid, value }: Attribute): string {
  const keyword = keywords[oid]
  const text = keyword === undefined ? null : textOf(value)
  return text === null ? `${keyword ?? oid}=#${Buffer.from(value.whole).toString("hex")}` : `${keyword}=${escaped(text)}`
}

function textOf({ tag, content }: Der): string | null {
  const bytes = Buffer.from(content)
  switch (tag) {
    case tags.utf8:
      return bytes.toString("utf8")
    case tags.printable:
    case tags.ia5:
      return bytes.toString("latin1")
    case tags.t61:
      return bytes.toString("latin1")
    case tags.bmp:
      return content.length % 2 === 0 ? bytes.swap16().toString("utf16le") : null
    default:
      return null
  }
}

function escaped(text: string): string {
  const inner = text.replace(/[,=+<>#;"\\]/g, "\\$&").replaceAll("\u0000", "\\00")
  return inner.replace(/^ +| +$/g, (spaces) => spaces.replaceAll(" ", "\\ "))
}
