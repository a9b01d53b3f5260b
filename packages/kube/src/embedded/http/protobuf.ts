// Kubernetes' protobuf bodies, for the few kinds that kubectl posts in no other form (`create namespace|configmap|secret`, `auth can-i`).
// A table of field numbers and a bounded reader; what the table does not name is passed over. Answers are JSON, which kubectl takes.
import { KubeError } from "../../errors.ts"
import { textOf } from "../../object.ts"

export const protobufMediaType = "application/vnd.kubernetes.protobuf"

type Scalar = "text" | "int" | "bool" | "base64" | "time"
type FieldType = Scalar | Fields | readonly ["map", Scalar] | readonly ["list", Scalar | Fields]
type Fields = { readonly [number: number]: readonly [name: string, type: FieldType] }

const ownerReference: Fields = {
  1: ["kind", "text"],
  3: ["name", "text"],
  4: ["uid", "text"],
  5: ["apiVersion", "text"],
  6: ["controller", "bool"],
  7: ["blockOwnerDeletion", "bool"],
}

const objectMeta: Fields = {
  1: ["name", "text"],
  2: ["generateName", "text"],
  3: ["namespace", "text"],
  5: ["uid", "text"],
  6: ["resourceVersion", "text"],
  8: ["creationTimestamp", "time"],
  11: ["labels", ["map", "text"]],
  12: ["annotations", ["map", "text"]],
  13: ["ownerReferences", ["list", ownerReference]],
  14: ["finalizers", ["list", "text"]],
}

const resourceAttributes: Fields = {
  1: ["namespace", "text"],
  2: ["verb", "text"],
  3: ["group", "text"],
  4: ["version", "text"],
  5: ["resource", "text"],
  6: ["subresource", "text"],
  7: ["name", "text"],
}

const kinds: Readonly<Record<string, Fields>> = {
  "v1/Namespace": { 1: ["metadata", objectMeta] },
  "v1/ConfigMap": {
    1: ["metadata", objectMeta],
    2: ["data", ["map", "text"]],
    3: ["binaryData", ["map", "base64"]],
    4: ["immutable", "bool"],
  },
  "v1/Secret": {
    1: ["metadata", objectMeta],
    2: ["data", ["map", "base64"]],
    3: ["type", "text"],
    4: ["stringData", ["map", "text"]],
    5: ["immutable", "bool"],
  },
  "authorization.k8s.io/v1/SelfSubjectAccessReview": {
    2: [
      "spec",
      { 1: ["resourceAttributes", resourceAttributes], 2: ["nonResourceAttributes", { 1: ["path", "text"], 2: ["verb", "text"] }] },
    ],
  },
  "authorization.k8s.io/v1/SelfSubjectRulesReview": { 2: ["spec", { 1: ["namespace", "text"] }] },
  "authentication.k8s.io/v1/SelfSubjectReview": {},
}

const magic = Buffer.from("k8s\0")

/** The object as its JSON form would hold it. Throws `BadRequest`, or `UnsupportedMediaType` for a kind that has to come as JSON. */
export function decodeProtobuf(bytes: Buffer): Record<string, unknown> {
  if (!bytes.subarray(0, 4).equals(magic)) throw malformed()
  const unknown = decode(bytes.subarray(4), { 1: ["type", { 1: ["apiVersion", "text"], 2: ["kind", "text"] }], 2: ["raw", "base64"] })
  const { apiVersion = "", kind = "" } = (unknown.type ?? {}) as { apiVersion?: string; kind?: string }
  const fields = kinds[`${apiVersion}/${kind}`]
  if (!fields) {
    throw new KubeError(
      "UnsupportedMediaType",
      `${kind || "this kind"} cannot be sent as protobuf here; accepted: application/json, application/yaml`,
    )
  }
  return { apiVersion, kind, ...decode(Buffer.from(textOf(unknown.raw), "base64"), fields) }
}

function decode(bytes: Buffer, fields: Fields): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const { number, value } of wireFields(bytes)) {
    const [name, type] = fields[number] ?? []
    // Fields that were not set travel as empty text.
    const isUnset = type === "text" && typeof value !== "number" && value.length === 0
    if (name !== undefined && type !== undefined && !isUnset) put(out, name, { type, value })
  }
  return out
}

type Wire = number | Buffer

function put(out: Record<string, unknown>, name: string, { type, value }: { type: FieldType; value: Wire }): void {
  if (!isCollection(type)) {
    out[name] = read(type, value)
    return
  }
  const [kind, element] = type
  if (kind === "list") {
    const list = (out[name] ?? []) as unknown[]
    out[name] = [...list, read(element, value)]
    return
  }
  const pair = decode(asBytes(value), { 1: ["key", "text"], 2: ["value", element] })
  const empty = element === "int" ? 0 : ""
  out[name] = { ...(out[name] as object | undefined), [textOf(pair.key)]: pair.value ?? empty }
}

function isCollection(type: FieldType): type is readonly ["map", Scalar] | readonly ["list", Scalar | Fields] {
  return Array.isArray(type)
}

function read(type: Scalar | Fields, value: Wire): unknown {
  switch (type) {
    case "text":
      return asBytes(value).toString("utf8")
    case "base64":
      return asBytes(value).toString("base64")
    case "int":
      return asNumber(value)
    case "bool":
      return asNumber(value) !== 0
    case "time": {
      const { seconds = 0 } = decode(asBytes(value), { 1: ["seconds", "int"] }) as { seconds?: number }
      return seconds === 0 ? null : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
    }
    default:
      return decode(asBytes(value), type)
  }
}

function asBytes(value: Wire): Buffer {
  if (typeof value === "number") throw malformed()
  return value
}

function asNumber(value: Wire): number {
  if (typeof value !== "number") throw malformed()
  return value
}

function* wireFields(bytes: Buffer): Generator<{ number: number; value: Wire }> {
  const at = { position: 0 }
  while (at.position < bytes.length) {
    const tag = readVarint(bytes, at)
    const [number, wireType] = [Math.floor(tag / 8), tag % 8]
    if (wireType === 0) yield { number, value: readVarint(bytes, at) }
    else if (wireType === 2) {
      const length = readVarint(bytes, at)
      if (length > bytes.length - at.position) throw malformed()
      yield { number, value: bytes.subarray(at.position, at.position + length) }
      at.position += length
    } else throw malformed()
  }
}

/** Up to 2^53; negative numbers do not occur in these kinds, but for the zero time, which is before 1970. */
function readVarint(bytes: Buffer, at: { position: number }): number {
  let value = 0
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[at.position]
    if (byte === undefined) throw malformed()
    at.position += 1
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return value > Number.MAX_SAFE_INTEGER ? 0 : value
  }
  throw malformed()
}

function malformed(): KubeError {
  return new KubeError("BadRequest", "the body is not valid in Kubernetes' protobuf encoding")
}
