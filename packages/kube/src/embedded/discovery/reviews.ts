// Who am I, and may I: `kubectl auth whoami` and `kubectl auth can-i`. The one token of this server may do everything that is served.
// kubectl posts these as protobuf and does not fall back to JSON, so the few fields that matter are read from the wire here.
import { KubeError } from "../../errors.ts"
import { isRecord } from "../../object.ts"

export const userName = "rivven:owner"
const groups = ["system:masters", "system:authenticated"]

export const protobufMediaType = "application/vnd.kubernetes.protobuf"

/** A review's answer; `undefined` when the path is none of a review. */
export function answerReview(path: string, body: unknown): object | undefined {
  const spec = isRecord(body) && isRecord(body.spec) ? body.spec : {}
  switch (path) {
    case "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews":
      return { ...head("authorization.k8s.io/v1", "SelfSubjectAccessReview"), spec, status: { allowed: true } }
    case "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews": {
      const resourceRules = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }]
      const status = { resourceRules, nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }], incomplete: false }
      return { ...head("authorization.k8s.io/v1", "SelfSubjectRulesReview"), spec, status }
    }
    case "/apis/authentication.k8s.io/v1/selfsubjectreviews":
      return { ...head("authentication.k8s.io/v1", "SelfSubjectReview"), status: { userInfo: { username: userName, groups } } }
    default:
      return undefined
  }
}

function head(apiVersion: string, kind: string): object {
  return { apiVersion, kind, metadata: { creationTimestamp: null } }
}

const magic = Buffer.from("k8s\0")

type Message = Map<number, Buffer[]>

/** `runtime.Unknown` holding a SelfSubjectAccessReview (or another review) → what the JSON form would hold. Throws `BadRequest`. */
export function decodeReview(bytes: Buffer): Record<string, unknown> {
  if (!bytes.subarray(0, 4).equals(magic)) throw malformed()
  const unknown = parseMessage(bytes.subarray(4))
  const review = parseMessage(first(unknown, 2))
  const spec = parseMessage(first(review, 2))
  const attributes = textFields(first(spec, 1), ["namespace", "verb", "group", "version", "resource", "subresource", "name"])
  const nonResource = textFields(first(spec, 2), ["path", "verb"])
  return {
    spec: {
      ...(Object.keys(attributes).length > 0 && { resourceAttributes: attributes }),
      ...(Object.keys(nonResource).length > 0 && { nonResourceAttributes: nonResource }),
    },
  }
}

function first(message: Message, field: number): Buffer {
  return message.get(field)?.[0] ?? Buffer.alloc(0)
}

function textFields(bytes: Buffer, names: readonly string[]): Record<string, string> {
  const message = parseMessage(bytes)
  const found = names.map((name, index): [string, string] => [name, first(message, index + 1).toString("utf8")])
  return Object.fromEntries(found.filter(([, text]) => text !== ""))
}

/** Length-delimited fields only; varints are passed over, and nothing else stands in a review. */
function parseMessage(bytes: Buffer): Message {
  const message: Message = new Map()
  const at = { position: 0 }
  while (at.position < bytes.length) {
    const tag = readVarint(bytes, at)
    const field = tag >>> 3
    if ((tag & 7) === 0) readVarint(bytes, at)
    else if ((tag & 7) === 2) {
      const length = readVarint(bytes, at)
      if (length > bytes.length - at.position) throw malformed()
      message.set(field, [...(message.get(field) ?? []), bytes.subarray(at.position, at.position + length)])
      at.position += length
    } else throw malformed()
  }
  return message
}

function readVarint(bytes: Buffer, at: { position: number }): number {
  let value = 0
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[at.position]
    if (byte === undefined) throw malformed()
    at.position += 1
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return value
  }
  throw malformed()
}

function malformed(): KubeError {
  return new KubeError("BadRequest", "the body is not a review in Kubernetes' protobuf encoding")
}
