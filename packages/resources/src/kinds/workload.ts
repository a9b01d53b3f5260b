// Fields that every kind with pods has: image, placement, environment, probes, TLS. What belongs to Kubernetes itself stays free-form here; the
// operator proves it with a dry run of the apply.
import { z } from "zod"
import { duration } from "../kit/duration.ts"
import { atomicList, boundedMap, dns253, int, listMap, setOf, text, textMap, withDefaults } from "../kit/fields.ts"
import { formMeta } from "../kit/form-meta.ts"
import { freeform } from "../kit/freeform.ts"
import { intOrString } from "../kit/int-or-string.ts"
import { rule } from "../kit/rule.ts"
import { secretRef } from "../kit/secret-ref.ts"

export const compressionTypes = ["none", "gzip", "snappy", "lz4", "zstd", "producer"] as const
export const saslMechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] as const

export function port(fallback: number, description: string) {
  return int(1024, 65_535).describe(description).default(fallback)
}

export const imageFields = {
  version: text({ min: 1, max: 64, pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/ })
    .describe("Version of Rivven, used as the tag of the image; the operator's own if absent.")
    .optional(),
  image: text({ min: 1, max: 512 })
    .describe("Image to run, in place of the official one.")
    .register(formMeta, { advanced: true })
    .optional(),
  imagePullPolicy: z.enum(["Always", "IfNotPresent", "Never"]).register(formMeta, { advanced: true }).default("IfNotPresent"),
  imagePullSecrets: listMap(z.object({ name: dns253() }), { max: 10, keys: ["name"] })
    .describe("Secrets with the credentials of the image registry.")
    .register(formMeta, { advanced: true })
    .optional(),
}

const envVar = z.object({
  name: text({ min: 1, max: 256 }),
  value: text({ max: 32_768 }).optional(),
  valueFrom: freeform().optional(),
})

const amounts = () =>
  boundedMap(intOrString({ maxLength: 16, accepts: "a quantity such as 2, 500m or 2Gi" }), 16)
    .describe("Amounts by resource, such as cpu and memory.")
    .optional()

const freeformList = (max: number) => atomicList(freeform(), { max })

export function podFields({ graceSeconds }: { graceSeconds: number }) {
  const advanced = { advanced: true, group: "Pods" } as const
  return {
    podAnnotations: textMap({ max: 64, maxValue: 4096 }).describe("Annotations of the pods.").register(formMeta, advanced).optional(),
    podLabels: textMap({ max: 64, maxValue: 63 })
      .describe("Labels of the pods, beside the operator's own.")
      .register(formMeta, advanced)
      .optional(),
    env: listMap(envVar, { max: 100, keys: ["name"] })
      .describe("Environment variables of the container.")
      .register(formMeta, advanced)
      .optional(),
    nodeSelector: textMap({ max: 32, maxValue: 63 }).describe("Labels that a node must have.").register(formMeta, advanced).optional(),
    tolerations: freeformList(20).describe("Taints that the pods tolerate.").register(formMeta, advanced).optional(),
    affinity: freeform().describe("Affinity of the pods.").register(formMeta, advanced).optional(),
    topologySpreadConstraints: freeformList(16).describe("How pods spread over zones and nodes.").register(formMeta, advanced).optional(),
    priorityClassName: text({ max: 253 }).register(formMeta, advanced).optional(),
    serviceAccountName: text({ max: 253 }).register(formMeta, advanced).optional(),
    securityContext: freeform().describe("Security context of the pods.").register(formMeta, advanced).optional(),
    containerSecurityContext: freeform().describe("Security context of the container.").register(formMeta, advanced).optional(),
    resources: z
      .object({ requests: amounts(), limits: amounts() })
      .describe("Requests and limits of the container.")
      .register(formMeta, { group: "Pods", label: "Resources" })
      .optional(),
    terminationGracePeriodSeconds: int(0, 3600)
      .describe("How long a pod may take to stop.")
      .register(formMeta, advanced)
      .default(graceSeconds),
  }
}

export type ProbeDefaults = { delay: number; period: number; timeout: number; failures: number }

export function probe({ delay, period, timeout, failures }: ProbeDefaults) {
  return withDefaults(
    z.object({
      enabled: z.boolean().default(true),
      initialDelaySeconds: int(0, 3600).default(delay),
      periodSeconds: int(1, 300).default(period),
      timeoutSeconds: int(1, 60).default(timeout),
      successThreshold: int(1, 10).default(1),
      failureThreshold: int(1, 60).default(failures),
    }),
  )
}

const issuerRef = z.object({
  name: text({ min: 1, max: 253 }).describe("Name of the issuer."),
  kind: z.enum(["Issuer", "ClusterIssuer"]).default("Issuer"),
  group: text({ max: 253 }).default("cert-manager.io"),
})

const tlsShape = z.object({
  enabled: z.boolean().describe("Whether clients connect with TLS.").default(false),
  certSecretName: secretRef().describe("Secret with tls.crt and tls.key.").optional(),
  mtlsEnabled: z.boolean().describe("Whether clients must show a certificate.").default(false),
  caSecretName: secretRef().describe("Secret with the ca.crt that client certificates are checked against.").optional(),
  minVersion: z.enum(["1.2", "1.3"]).describe("Oldest version of TLS that is accepted.").default("1.2"),
  certManager: z
    .object({
      enabled: z.boolean().default(false),
      issuerRef: issuerRef.optional(),
      duration: duration().describe("How long a certificate is valid.").default("2160h"),
      renewBefore: duration().describe("How long before its end it is renewed.").default("360h"),
    })
    .describe("A certificate made by cert-manager.")
    .optional(),
})

const needsCertificate = rule(tlsShape, {
  cel: "!self.enabled || has(self.certSecretName) || (has(self.certManager) && self.certManager.enabled)",
  message: "tls.enabled needs certSecretName or certManager.enabled",
  check: (tls) => !tls.enabled || tls.certSecretName !== undefined || tls.certManager?.enabled === true,
})
const mtlsNeedsTls = rule(needsCertificate, {
  cel: "!self.mtlsEnabled || self.enabled",
  message: "mtlsEnabled needs tls.enabled",
  field: "mtlsEnabled",
  check: (tls) => !tls.mtlsEnabled || tls.enabled,
})
const mtlsNeedsCa = rule(mtlsNeedsTls, {
  cel: "!self.mtlsEnabled || has(self.caSecretName)",
  message: "mtlsEnabled needs caSecretName",
  field: "caSecretName",
  check: (tls) => !tls.mtlsEnabled || tls.caSecretName !== undefined,
})
const tlsSchema = rule(mtlsNeedsCa, {
  cel: "!has(self.certManager) || !self.certManager.enabled || has(self.certManager.issuerRef)",
  message: "certManager.enabled needs issuerRef",
  field: "certManager.issuerRef",
  check: ({ certManager }) => !certManager?.enabled || certManager.issuerRef !== undefined,
})

export function tls() {
  return withDefaults(tlsSchema).describe("TLS towards clients.").register(formMeta, { label: "TLS", group: "Security" })
}

/** How somebody logs in at a cluster; the Secret holds what the mechanism needs. */
export function saslLogin() {
  return z.object({
    mechanism: z.enum(saslMechanisms),
    secretName: secretRef().describe("Secret with username and password, or with token."),
  })
}

export function networkPeers() {
  return freeformList(32).optional()
}

export function accessModes() {
  return setOf(z.enum(["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"]), { max: 3 })
}
