// Certificates for tests, good and bad ones, made on the spot: a CA, what it signs, and what it takes back.
import { webcrypto } from "node:crypto"
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from "@peculiar/x509"

cryptoProvider.set(webcrypto as never)

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
type Keys = webcrypto.CryptoKeyPair

const dayMs = 86_400_000
export const usages = { client: "1.3.6.1.5.5.7.3.2", server: "1.3.6.1.5.5.7.3.1", email: "1.3.6.1.5.5.7.3.4" }

export interface CertificateOptions {
  /** RFC 2253, or each part by itself where that cannot say it. */
  readonly subject: string | JsonName
  /** Whole days from now; negative is the past. */
  readonly fromDays?: number
  readonly toDays?: number
  readonly usages?: readonly string[]
  /** Of a CA: how many CAs may follow. */
  readonly isCa?: boolean
  readonly names?: readonly string[]
}

export interface Identity {
  readonly certificate: X509Certificate
  /** PEM of the certificate, then of those above it that are not the root. */
  readonly chain: string
  readonly key: string
}

let serial = 0

export class Authority {
  readonly identity: Identity
  readonly #keys: Keys
  readonly #above: string

  private constructor(identity: Identity, keys: Keys, above: string) {
    this.identity = identity
    this.#keys = keys
    this.#above = above
  }

  static async root(subject = "CN=Test CA"): Promise<Authority> {
    const keys = await generateKeys()
    const identity = await make({ subject, isCa: true }, { keys, issuer: null, above: "" })
    return new Authority(identity, keys, "")
  }

  /** PEM, as it is trusted. */
  get pem(): string {
    return this.identity.certificate.toString("pem")
  }

  async sign(options: CertificateOptions): Promise<Identity> {
    return make(options, { keys: await generateKeys(), issuer: this.#asIssuer(), above: this.#above })
  }

  async intermediate(options: Omit<CertificateOptions, "isCa">): Promise<Authority> {
    const keys = await generateKeys()
    const identity = await make({ ...options, isCa: true }, { keys, issuer: this.#asIssuer(), above: this.#above })
    return new Authority(identity, keys, identity.chain)
  }

  async crl(revoked: readonly Identity[], { nextDays = 30 }: { nextDays?: number } = {}): Promise<string> {
    const crl = await X509CrlGenerator.create({
      issuer: this.identity.certificate.subject,
      thisUpdate: new Date(Date.now() - 2 * dayMs),
      nextUpdate: new Date(Date.now() + nextDays * dayMs),
      entries: revoked.map(({ certificate }) => ({ serialNumber: certificate.serialNumber })),
      signingKey: this.#keys.privateKey,
      signingAlgorithm: algorithm,
    })
    return crl.toString("pem").replaceAll(" CRL-----", " X509 CRL-----")
  }

  #asIssuer(): Issuer {
    return { certificate: this.identity.certificate, keys: this.#keys }
  }
}

interface Issuer {
  readonly certificate: X509Certificate
  readonly keys: Keys
}

const generateKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<Keys>

async function make(
  { subject, fromDays = -1, toDays = 30, usages: wanted, isCa = false, names = [] }: CertificateOptions,
  { keys, issuer, above }: { keys: Keys; issuer: Issuer | null; above: string },
): Promise<Identity> {
  serial += 1
  const flags = isCa ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : KeyUsageFlags.digitalSignature
  const extensions: Extension[] = [new BasicConstraintsExtension(isCa, undefined, true), new KeyUsagesExtension(flags, true)]
  if (wanted) extensions.push(new ExtendedKeyUsageExtension([...wanted]))
  if (names.length > 0)
    extensions.push(new SubjectAlternativeNameExtension(names.map((value) => ({ type: /^[\d.]+$/.test(value) ? "ip" : "dns", value }))))
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial.toString(16).padStart(8, "0"),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: new Date(Date.now() + fromDays * dayMs),
    notAfter: new Date(Date.now() + toDays * dayMs),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    extensions,
  })
  const key = PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY")
  const own = certificate.toString("pem")
  return { certificate, chain: issuer ? `${own}\n${above}` : "", key }
}

/** For a server on this machine. */
export const localServer: CertificateOptions = { subject: "CN=localhost", names: ["localhost", "127.0.0.1"], usages: [usages.server] }
