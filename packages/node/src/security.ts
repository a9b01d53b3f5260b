// From the security settings of rivven.yaml to what the broker is given: reads certificates, keys and users, puts together what a listener
// has from `tls` and `auth`, and refuses what would be without effect. Messages name the setting, never what a file holds.
import { readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import {
  type BrokerOptions,
  checkSecurity,
  type FileUser,
  isBrokerError,
  type ListenerSettings,
  type TlsMaterial,
  type TokenRules,
} from "@rivven/broker"
import { parseDocument } from "yaml"
import { z } from "zod"
import { type NodeConfig, parseAddress } from "./config.ts"
import { NodeError } from "./errors.ts"

export interface LoadedSecurity {
  readonly listeners: readonly ListenerSettings[]
  readonly security: { readonly users?: readonly FileUser[]; readonly oauth?: TokenRules }
  /** Everything that was read, to be looked at again. */
  readonly files: readonly string[]
}

type Listener = NodeConfig["listeners"]["client"]
type TlsSettings = NonNullable<NodeConfig["tls"]>

const usersSchema = z.strictObject({ users: z.array(z.strictObject({ name: z.string().min(1).max(255), password: z.string().min(1) })) })

/** Relative names are relative to the file of the settings. Throws CONFIG_INVALID. */
export function loadSecurity(config: NodeConfig, baseDir: string): LoadedSecurity {
  const reader = new Reader(baseDir)
  const entries = Object.entries(config.listeners)
  refuseUnused(
    config,
    entries.map(([, listener]) => listener),
  )
  const listeners = entries.map(([name, listener]) => listenerOf(name, listener, { config, reader }))
  const users = config.auth?.users_file === undefined ? undefined : readUsers(reader, config.auth.users_file)
  const oauth = config.auth?.oauth && oauthOf(config.auth.oauth, reader)
  const security = { ...(users && { users }), ...(oauth && { oauth }) }
  check({ listeners, security, hasAuthorizer: config.auth?.acls ?? false })
  return { listeners, security, files: reader.files }
}

/** What the broker would say, before anything is opened. */
function check(checked: Parameters<typeof checkSecurity>[0]): void {
  try {
    checkSecurity(checked)
  } catch (error) {
    if (isBrokerError(error)) throw new NodeError("CONFIG_INVALID", error.message, { cause: error })
    throw error
  }
}

function refuseUnused({ tls, auth }: NodeConfig, listeners: readonly Listener[]): void {
  const some = (word: string) => listeners.some(({ protocol }) => protocol.includes(word))
  if (tls && !some("tls")) refuse("tls", "no listener uses it; set the protocol of a listener to tls or sasl_tls, or remove it")
  if (!auth) return
  const knowsClients = some("sasl") || tls?.client_certificate === "need" || listeners.some((one) => one.tls?.client_certificate === "need")
  if (!knowsClients)
    refuse("auth", "no listener makes clients log in; set the protocol of a listener to sasl_tls or sasl_plaintext, or remove it")
  if (auth.acls && !auth.super_users) refuse("auth.super_users", "with auth.acls it has to be said who may set the first rules")
  if (auth.super_users && !auth.acls)
    refuse("auth.super_users", "without auth.acls everybody may do everything; switch it on, or remove them")
  if (auth.allow_everyone_if_no_acl && !auth.acls) refuse("auth.allow_everyone_if_no_acl", "it has no effect without auth.acls")
  if (auth.users_file !== undefined && !some("sasl")) refuse("auth.users_file", "no listener makes clients log in with a password")
  if (auth.oauth && !some("sasl")) refuse("auth.oauth", "no listener makes clients log in with a token")
}

function listenerOf(name: string, listener: Listener, { config, reader }: { config: NodeConfig; reader: Reader }): ListenerSettings {
  const path = `listeners.${name}`
  const advertise = listener.advertise ?? (name === "client" ? config.node.advertise : undefined)
  const isSasl = listener.protocol.startsWith("sasl")
  const isTls = listener.protocol.endsWith("tls")
  if (listener.tls && !isTls) refuse(`${path}.tls`, `protocol ${listener.protocol} does not use TLS`)
  if (listener.mechanisms && !isSasl) refuse(`${path}.mechanisms`, `protocol ${listener.protocol} has no login`)
  const mechanisms = listener.mechanisms ?? config.auth?.mechanisms
  if (isSasl && !mechanisms) refuse("auth", `listener ${name} makes clients log in, so it has to be said how`)
  return {
    name,
    listen: parseAddress(listener.listen),
    ...(advertise !== undefined && { advertised: parseAddress(advertise) }),
    protocol: protocols[listener.protocol],
    ...(isTls && { tls: tlsOf(listener, { path, config, reader }) }),
    ...(isSasl && { mechanisms }),
    ...(listener.allow_plain_without_tls && { allowsPlainWithoutTls: true }),
  }
}

const protocols = { plaintext: "PLAINTEXT", tls: "TLS", sasl_plaintext: "SASL_PLAINTEXT", sasl_tls: "SASL_TLS" } as const

function tlsOf(
  listener: Listener,
  { path, config, reader }: { path: string; config: NodeConfig; reader: Reader },
): ListenerSettings["tls"] {
  const own = Object.fromEntries(Object.entries(listener.tls ?? {}).filter(([, value]) => value !== undefined))
  const merged: Partial<TlsSettings> = { client_certificate: "none", principal: "dn", min_version: "TLSv1.2", ...config.tls, ...own }
  const { certificate_file, key_file, client_certificate = "none", principal = "dn", min_version } = merged
  const where = (key: keyof TlsSettings) => (listener.tls?.[key] === undefined ? `tls.${key}` : `${path}.tls.${key}`)
  if (certificate_file === undefined)
    refuse(where("certificate_file"), `listener ${path.slice("listeners.".length)} uses TLS and needs a certificate`)
  if (key_file === undefined) refuse(where("key_file"), "the certificate needs its private key")
  if (client_certificate !== "none" && merged.client_ca_file === undefined)
    refuse(where("client_ca_file"), "client certificates are asked for, so it has to be said who signs them")
  for (const key of ["client_ca_file", "client_crl_file"] as const)
    if (client_certificate === "none" && merged[key] !== undefined)
      refuse(where(key), "client_certificate is none, so nobody is asked for one")
  if (client_certificate === "none" && principal === "cn")
    refuse(where("principal"), "client_certificate is none, so nobody is asked for one")
  const optional = (key: "client_ca_file" | "client_crl_file") => {
    const name = merged[key]
    return name === undefined ? undefined : reader.read(where(key), name)
  }
  const material: TlsMaterial = {
    certificate: reader.read(where("certificate_file"), certificate_file),
    key: reader.read(where("key_file"), key_file),
    clientCa: optional("client_ca_file"),
    clientCrl: optional("client_crl_file"),
  }
  return { material, clientCertificate: client_certificate, principal, ...(min_version && { minVersion: min_version }) }
}

function oauthOf(oauth: NonNullable<NonNullable<NodeConfig["auth"]>["oauth"]>, reader: Reader): TokenRules {
  const { issuer, audience, jwks_file, jwks_url, principal_claim: principalClaim } = oauth
  if (jwks_file !== undefined && jwks_url !== undefined) refuse("auth.oauth.jwks_file", "it excludes jwks_url; keep one of the two")
  if (jwks_url !== undefined) return { issuer, audience, principalClaim, keys: { url: jwks_url } }
  if (jwks_file === undefined) refuse("auth.oauth.jwks_file", "the issuer's keys are needed: name their file, or jwks_url")
  return { issuer, audience, principalClaim, keys: { jwks: reader.read("auth.oauth.jwks_file", jwks_file) } }
}

function readUsers(reader: Reader, name: string): FileUser[] {
  const document = parseDocument(reader.read("auth.users_file", name))
  // The text of a YAML error shows the line, which may hold a password.
  const broken = document.errors[0]
  if (broken) refuse("auth.users_file", `${name} is no YAML, line ${broken.linePos?.[0].line ?? "?"}`)
  const parsed = usersSchema.safeParse(document.toJS() ?? {})
  if (parsed.success) return parsed.data.users
  const issue = parsed.error.issues[0]
  return refuse("auth.users_file", `${name}, ${issue?.path.join(".") || "top"}: ${issue?.message}; expected users: [{ name, password }]`)
}

class Reader {
  readonly files: string[] = []
  readonly #baseDir: string

  constructor(baseDir: string) {
    this.#baseDir = baseDir
  }

  read(setting: string, name: string): string {
    const path = resolve(this.#baseDir, name)
    this.files.push(path)
    try {
      return readFileSync(path, "utf8")
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable"
      return refuse(setting, `${path} cannot be read (${code}); its folder is ${dirname(path)}`)
    }
  }
}

function refuse(setting: string, why: string): never {
  throw new NodeError("CONFIG_INVALID", `${setting}: ${why}`)
}

/** What of the broker's options the settings decide. */
export function brokerSecurity(config: NodeConfig, { listeners, security }: LoadedSecurity): Partial<BrokerOptions> {
  const { auth, limits } = config
  return {
    listeners,
    security,
    ...(auth?.acls && {
      authorizer: { superUsers: auth.super_users ?? [], allowsEveryoneIfNoAcl: auth.allow_everyone_if_no_acl },
    }),
    limits: {
      maxConnectionsPerPrincipal: limits.connections_per_user ?? 2_147_483_647,
      handshakesPerSecond: limits.tls_handshakes_per_address,
      handshakeMs: limits.login_timeout_ms,
    },
  }
}
