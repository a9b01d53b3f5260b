// What clients need to get in: a self-signed certificate and a bearer token, made at first start and kept in files of the owner only,
// and a kubeconfig that names both. The certificate is renewed at a start within 30 days of its end.
import { randomBytes, X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import { join } from "node:path"
import type { Clock } from "../../ports.ts"
import type { Disk } from "../storage/disk.ts"

export type Credentials = { key: string; caPem: string; token: string }

const dayMs = 24 * 3_600_000
const lifetimeDays = 3650
const renewBeforeDays = 30
const ownerOnly = { mode: 0o600, isDurable: true }

type Place = { disk: Disk; stateDir: string; host: string; clock: Clock }

export async function loadCredentials(place: Place): Promise<Credentials> {
  const { key, caPem } = (await loadCertificate(place)) ?? (await makeCertificate(place))
  return { key, caPem, token: await loadToken(place) }
}

async function loadCertificate({ disk, stateDir, host, clock }: Place): Promise<{ key: string; caPem: string } | undefined> {
  const [key, caPem] = await Promise.all([readText(disk, join(stateDir, "tls.key")), readText(disk, join(stateDir, "tls.crt"))])
  if (key === undefined || caPem === undefined) return undefined
  try {
    const certificate = new X509Certificate(caPem)
    const isFresh = Date.parse(certificate.validTo) - clock.wall() > renewBeforeDays * dayMs
    const isForHost = isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host)
    return isFresh && isForHost !== undefined ? { key, caPem } : undefined
  } catch {
    // Not a certificate: a new one is made.
    return undefined
  }
}

async function makeCertificate({ disk, stateDir, host, clock }: Place): Promise<{ key: string; caPem: string }> {
  // Loaded only where needed: it costs more than the whole rest of a start.
  const { generate } = await import("selfsigned")
  const addresses = [...new Set(["127.0.0.1", "::1", ...(isIP(host) ? [host] : [])])]
  const names = [...new Set(["localhost", ...(isIP(host) ? [] : [host])])]
  const { private: key, cert } = await generate([{ name: "commonName", value: "rivven resource API" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(clock.wall() - dayMs),
    notAfterDate: new Date(clock.wall() + lifetimeDays * dayMs),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [...names.map((value) => ({ type: 2 as const, value })), ...addresses.map((ip) => ({ type: 7 as const, ip }))],
      },
    ],
  })
  await disk.replace(join(stateDir, "tls.key"), key, ownerOnly)
  await disk.replace(join(stateDir, "tls.crt"), cert, ownerOnly)
  return { key, caPem: cert }
}

async function loadToken({ disk, stateDir }: Place): Promise<string> {
  const path = join(stateDir, "token")
  const known = (await readText(disk, path))?.trim()
  if (known !== undefined && known.length >= 32) return known
  const token = randomBytes(32).toString("base64url")
  await disk.replace(path, `${token}\n`, ownerOnly)
  return token
}

async function readText(disk: Disk, path: string): Promise<string | undefined> {
  const bytes = await disk.read(path)
  return bytes && Buffer.from(bytes).toString("utf8")
}

export function formatKubeconfig({ server, caPem, token }: { server: string; caPem: string; token: string }): string {
  return `apiVersion: v1
kind: Config
clusters:
  - name: rivven
    cluster:
      server: ${server}
      certificate-authority-data: ${Buffer.from(caPem).toString("base64")}
users:
  - name: rivven
    user:
      token: ${token}
contexts:
  - name: rivven
    context:
      cluster: rivven
      user: rivven
      namespace: default
current-context: rivven
`
}
