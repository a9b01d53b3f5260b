// The settings of rivven.yaml that say who may connect and how: listeners, tls, auth, limits. What they mean together is checked where the
// files are read (`security.ts`) and by the broker; here are their shapes.
import { z } from "zod"

export const address = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, "expected host:port, for example 127.0.0.1:9292")
  .refine((text) => Number(text.slice(text.lastIndexOf(":") + 1)) <= 65535, "expected a port from 0 to 65535")

const file = z.string().min(1)
const mechanism = z.enum(["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "OAUTHBEARER"])

const tlsFields = {
  certificate_file: file.describe("PEM file with the node's certificate and those that lead to its CA. Read again when it changes."),
  key_file: file.describe("PEM file with the private key."),
  client_certificate: z
    .enum(["none", "want", "need"])
    .default("none")
    .describe("Whether clients show a certificate: never, if they have one, or always."),
  client_ca_file: file.optional().describe("PEM file with the CA that signs client certificates; nobody else is trusted."),
  client_crl_file: file.optional().describe("PEM file with the CA's list of revoked certificates."),
  principal: z
    .enum(["dn", "cn"])
    .default("dn")
    .describe("Who a client certificate is for: its whole distinguished name, as Kafka prints it, or its one common name."),
  min_version: z.enum(["TLSv1.2", "TLSv1.3"]).default("TLSv1.2").describe("The oldest TLS that is spoken."),
}

export const tls = z.strictObject(tlsFields)

/** What one listener has differently. Without defaults: what is not said is that of `tls`. */
const listenerTls = z.strictObject({
  certificate_file: file.optional(),
  key_file: file.optional(),
  client_certificate: z.enum(["none", "want", "need"]).optional(),
  client_ca_file: file.optional(),
  client_crl_file: file.optional(),
  principal: z.enum(["dn", "cn"]).optional(),
  min_version: z.enum(["TLSv1.2", "TLSv1.3"]).optional(),
})

export const listenerShape = z.strictObject({
  listen: address.describe("Address for Kafka clients."),
  advertise: address
    .optional()
    .describe("host:port that clients of this listener are told to connect to; default: the address listened on."),
  protocol: z
    .enum(["plaintext", "tls", "sasl_plaintext", "sasl_tls"])
    .default("plaintext")
    .describe("Whether the connection is encrypted (`tls`) and whether clients log in (`sasl`)."),
  mechanisms: z.array(mechanism).min(1).optional().describe("How clients may log in; default: those of `auth.mechanisms`."),
  allow_plain_without_tls: z.boolean().default(false).describe("Lets PLAIN send passwords that anybody on the way can read."),
  tls: listenerTls.optional().describe("What this listener has differently from `tls`."),
})

/** A listener may be just its address. */
export const listener = z.preprocess((value) => (typeof value === "string" ? { listen: value } : value), listenerShape)

export const auth = z.strictObject({
  mechanisms: z
    .array(mechanism)
    .min(1)
    .default(["SCRAM-SHA-512", "SCRAM-SHA-256"])
    .describe("How clients may log in on listeners with `sasl_…`."),
  users_file: file
    .optional()
    .describe("YAML file with users and their passwords; the first administrator comes from here. Read again when it changes."),
  session_lifetime_ms: z
    .int()
    .min(0)
    .max(2147483647)
    .default(0)
    .describe("connections.max.reauth.ms: clients log in again after this time; 0 is never."),
  oauth: z
    .strictObject({
      issuer: z.string().min(1).describe("The `iss` of tokens that are believed."),
      audience: z.string().min(1).describe("The `aud` that tokens for this cluster have."),
      jwks_file: file.optional().describe("File with the issuer's JSON web key set; or its address, but one of the two."),
      jwks_url: z.string().min(1).optional().describe("https address of the issuer's JSON web key set."),
      principal_claim: z.string().min(1).default("sub").describe("The claim that names the user."),
    })
    .optional(),
  acls: z
    .boolean()
    .default(false)
    .describe("Whether access rules (ACLs) decide who may do what. Every listener has to know its clients then."),
  super_users: z
    .array(z.string().min(1))
    .optional()
    .describe("Users that may do everything, whatever the rules say; names without `User:`."),
  allow_everyone_if_no_acl: z
    .boolean()
    .default(false)
    .describe("allow.everyone.if.no.acl.found: everybody may do everything to what no rule is about."),
})

export const limits = z.strictObject({
  connections: z.int().min(1).max(2147483647).optional().describe("max.connections: connections at one time."),
  connections_per_address: z
    .int()
    .min(1)
    .max(2147483647)
    .optional()
    .describe("max.connections.per.ip: connections of one address at one time."),
  connections_per_user: z.int().min(1).max(2147483647).optional().describe("Connections of one user at one time."),
  tls_handshakes_per_address: z.int().min(1).max(1000000).default(20).describe("TLS handshakes that one address may begin per second."),
  login_timeout_ms: z.int().min(1000).max(60000).default(10000).describe("Time for TLS handshake and login together."),
  idle_timeout_ms: z
    .int()
    .min(1000)
    .max(2147483647)
    .default(600000)
    .describe("connections.max.idle.ms: a connection without requests for this long is closed."),
})
