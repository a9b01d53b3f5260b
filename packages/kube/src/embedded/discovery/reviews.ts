// Who am I, and may I: `kubectl auth whoami` and `kubectl auth can-i`. The one token of this server may do everything that is served.
import { isRecord } from "../../object.ts"

export const userName = "rivven:owner"
const groups = ["system:masters", "system:authenticated"]

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
