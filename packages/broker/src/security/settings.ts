// What a broker is told of its listeners and of who may come in, and whether that holds together. Whatever is missing, contradictory or
// without effect stops the start with the name of the field: a listener never is less closed than somebody believes.
import { quote } from "../config.ts"
import { BrokerError } from "../errors.ts"
import type { TlsOptions } from "../ports.ts"
import type { FileUser } from "./credentials.ts"
import { type MechanismName, mechanismNames } from "./sasl/exchange.ts"
import type { TokenRules } from "./sasl/node-tokens.ts"

export const protocols = ["PLAINTEXT", "TLS", "SASL_PLAINTEXT", "SASL_TLS"] as const
export type Protocol = (typeof protocols)[number]

export interface ListenerTls extends Omit<TlsOptions, "handshakeMs" | "minVersion"> {
  readonly minVersion?: TlsOptions["minVersion"]
  /** What of a client certificate is the principal: the whole name or its one common name. */
  readonly principal: "dn" | "cn"
}

export interface ListenerSettings {
  /** Letters, digits and dashes; metrics, logs and principals' sessions name it. */
  readonly name: string
  readonly listen: { readonly host: string; readonly port: number }
  /** What clients that came in by this listener are told to connect to. */
  readonly advertised?: { readonly host?: string; readonly port?: number }
  readonly protocol: Protocol
  readonly tls?: ListenerTls
  readonly mechanisms?: readonly MechanismName[]
  /** Lets PLAIN carry passwords over a connection that anybody can read. */
  readonly allowsPlainWithoutTls?: boolean
}

export interface SecuritySettings {
  /** Users of the node's own file, before those that admins store. */
  readonly users?: readonly FileUser[]
  readonly oauth?: TokenRules
}

export const usesTls = ({ protocol }: ListenerSettings): boolean => protocol === "TLS" || protocol === "SASL_TLS"
export const usesSasl = ({ protocol }: ListenerSettings): boolean => protocol === "SASL_PLAINTEXT" || protocol === "SASL_TLS"

/** Whether everybody who comes in by it has proved who they are. */
export function authenticates(listener: ListenerSettings): boolean {
  return usesSasl(listener) || (usesTls(listener) && listener.tls?.clientCertificate === "need")
}

interface Checked {
  readonly listeners: readonly ListenerSettings[]
  readonly security: SecuritySettings
  /** Whether access is decided by rules, which need to know who asks. */
  readonly hasAuthorizer: boolean
}

/** Throws CONFIG_INVALID, naming the first field that is wrong. */
export function checkSecurity({ listeners, security, hasAuthorizer }: Checked): void {
  if (listeners.length === 0) refuse("/listeners", "at least one listener is needed")
  const names = new Set<string>()
  const addresses = new Set<string>()
  for (const listener of listeners) {
    const path = `/listeners/${listener.name}`
    if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(listener.name))
      refuse(`${path}/name`, `${quote(listener.name)} is no name; letters, digits and dashes are`)
    if (names.has(listener.name)) refuse(`${path}/name`, `two listeners are called ${listener.name}`)
    const address = `${listener.listen.host}:${listener.listen.port}`
    if (listener.listen.port !== 0 && addresses.has(address)) refuse(`${path}/listen`, `two listeners have the address ${address}`)
    names.add(listener.name)
    addresses.add(address)
    checkListener(listener, path, security)
    if (hasAuthorizer && !authenticates(listener))
      refuse(
        `${path}/protocol`,
        `there are access rules, but ${listener.protocol} does not make the clients of listener ${listener.name} prove who they are; use SASL_TLS, SASL_PLAINTEXT, or TLS with client certificates needed`,
      )
  }
  checkUsers(listeners, security)
}

function checkListener(listener: ListenerSettings, path: string, security: SecuritySettings): void {
  if (!protocols.includes(listener.protocol))
    refuse(`${path}/protocol`, `${quote(String(listener.protocol))} is not one of ${protocols.join(", ")}`)
  if (usesTls(listener)) checkTls(listener.tls, path)
  else if (listener.tls) refuse(`${path}/tls`, `${listener.protocol} does not use TLS; remove the TLS settings or choose TLS or SASL_TLS`)
  if (usesSasl(listener)) checkSasl(listener, path, security)
  else if (listener.mechanisms)
    refuse(`${path}/mechanisms`, `${listener.protocol} does not use SASL; remove the mechanisms or choose SASL_TLS or SASL_PLAINTEXT`)
  if (listener.allowsPlainWithoutTls && !(listener.protocol === "SASL_PLAINTEXT" && listener.mechanisms?.includes("PLAIN")))
    refuse(`${path}/allowsPlainWithoutTls`, "it means something only where the protocol is SASL_PLAINTEXT and PLAIN is a mechanism")
}

function checkTls(tls: ListenerTls | undefined, path: string): void {
  if (!tls) refuse(`${path}/tls`, "a certificate and a key are needed")
  const { certificate, key, clientCa, clientCrl } = tls.material
  if (!/-----BEGIN CERTIFICATE-----/.test(certificate)) refuse(`${path}/tls/certificate`, "it holds no PEM certificate")
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)) refuse(`${path}/tls/key`, "it holds no PEM private key")
  if (tls.clientCertificate === "none") checkNoClients(tls, path)
  else if (clientCa === undefined || !/-----BEGIN CERTIFICATE-----/.test(clientCa))
    refuse(`${path}/tls/clientCa`, "client certificates are asked for, so it has to be said who signs them")
  if (clientCrl !== undefined && !/-----BEGIN X509 CRL-----/.test(clientCrl))
    refuse(`${path}/tls/clientCrl`, "it holds no PEM revocation list")
}

function checkNoClients({ material, principal }: ListenerTls, path: string): void {
  if (material.clientCa !== undefined) refuse(`${path}/tls/clientCa`, "no client certificates are asked for; remove it, or ask for them")
  if (material.clientCrl !== undefined) refuse(`${path}/tls/clientCrl`, "no client certificates are asked for; remove it, or ask for them")
  if (principal === "cn") refuse(`${path}/tls/principal`, "no client certificates are asked for; remove it, or ask for them")
}

function checkSasl({ mechanisms = [], protocol, allowsPlainWithoutTls }: ListenerSettings, path: string, security: SecuritySettings): void {
  if (mechanisms.length === 0) refuse(`${path}/mechanisms`, `at least one of ${mechanismNames.join(", ")} is needed`)
  for (const mechanism of mechanisms) {
    if (!mechanismNames.includes(mechanism))
      refuse(`${path}/mechanisms`, `${quote(String(mechanism))} is not one of ${mechanismNames.join(", ")}`)
    if (mechanisms.indexOf(mechanism) !== mechanisms.lastIndexOf(mechanism)) refuse(`${path}/mechanisms`, `${mechanism} is named twice`)
  }
  if (mechanisms.includes("PLAIN") && protocol === "SASL_PLAINTEXT" && !allowsPlainWithoutTls)
    refuse(`${path}/mechanisms`, "PLAIN sends passwords, which SASL_PLAINTEXT shows to everybody on the way; use SASL_TLS or SCRAM")
  if (mechanisms.includes("OAUTHBEARER") && !security.oauth) refuse("/security/oauth", "OAUTHBEARER needs issuer, audience and keys")
}

function checkUsers(listeners: readonly ListenerSettings[], { users, oauth }: SecuritySettings): void {
  const takes = (match: (name: MechanismName) => boolean) =>
    listeners.some((listener) => usesSasl(listener) && listener.mechanisms?.some(match))
  if (oauth) checkOauth(oauth)
  if (oauth && !takes((name) => name === "OAUTHBEARER")) refuse("/security/oauth", "no listener takes OAUTHBEARER")
  if (!users) return
  if (!takes((name) => name !== "OAUTHBEARER")) refuse("/security/users", "no listener takes passwords")
  const names = new Set<string>()
  for (const [index, { name, password }] of users.entries()) {
    if (name === "" || name.length > 255 || name.includes("\u0000"))
      refuse(`/security/users/${index}/name`, "a name has 1 to 255 characters")
    if (password === "") refuse(`/security/users/${index}/password`, `the password of ${quote(name)} is empty`)
    if (names.has(name)) refuse(`/security/users/${index}/name`, `two users are called ${quote(name)}`)
    names.add(name)
  }
}

function checkOauth({ issuer, audience, keys, principalClaim }: TokenRules): void {
  if (issuer === "") refuse("/security/oauth/issuer", "it says whose tokens are believed and cannot be empty")
  if (audience === "") refuse("/security/oauth/audience", "it says which tokens are meant for this cluster and cannot be empty")
  if (principalClaim === "") refuse("/security/oauth/principalClaim", "it says which claim names the user and cannot be empty")
  if (!("url" in keys)) return
  const url = URL.canParse(keys.url) ? new URL(keys.url) : null
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname))
  if (!isSafe) refuse("/security/oauth/keys", `${quote(keys.url)} is no https address; whoever can change the keys can be anybody`)
}

const isLoopback = (host: string): boolean => /^127\.|^localhost$|^\[::1\]$/.test(host)

function refuse(path: string, why: string): never {
  throw new BrokerError("CONFIG_INVALID", `${path.slice(1).replaceAll("/", ".")}: ${why}`, { path })
}

/** The names that Kafka's tools know. */
export const kafkaProtocol: Readonly<Record<Protocol, string>> = {
  PLAINTEXT: "PLAINTEXT",
  TLS: "SSL",
  SASL_PLAINTEXT: "SASL_PLAINTEXT",
  SASL_TLS: "SASL_SSL",
}

export type { FileUser, MechanismName, TokenRules }
