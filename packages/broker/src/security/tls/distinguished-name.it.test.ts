// Names of certificates are printed as Java prints them, because ACLs of people who come from Kafka say them that way: Java itself is asked.
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { Authority, type Identity } from "../../testing/certificates.ts"
import { subjectOf } from "./distinguished-name.ts"

type Subject = Parameters<Authority["sign"]>[0]["subject"]

const cn = (value: string): Subject => [{ O: ["Acme"] }, { CN: [value] }]

const subjects: readonly Subject[] = [
  "O=Acme,CN=alice",
  "DC=com,DC=example,CN=host.example.com",
  "CN=alice,CN=bob",
  "E=alice@example.com,CN=alice",
  [{ CN: ["alice"], OU: ["x"] }, { O: ["Acme"] }],
  [{ C: ["DE"] }, { ST: ["Bayern"] }, { L: ["München"] }, { OU: ["R+D"] }, { CN: ["Ünïcode 🙂"] }],
  ...["a,b+c=d<e>f;h#g", 'quote"d', "back\\slash", " lead", "trail ", "in  side", "alice,O=Acme", "new\nline", "zero\u0000"].map(cn),
]

const program = `
import java.io.*; import java.security.cert.*;
public class Names { public static void main(String[] a) throws Exception {
  PrintStream out = new PrintStream(System.out, true, "UTF-8");
  for (String file : a) { X509Certificate c = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new FileInputStream(file));
    out.print(c.getSubjectX500Principal().getName() + "\\1"); } } }`

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "rivven-names-"))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

it("prints the subject of every certificate as Java does", async () => {
  const ca = await Authority.root()
  const made: { subject: Subject; identity: Identity }[] = []
  for (const subject of subjects) made.push({ subject, identity: await ca.sign({ subject }) })
  const files = made.map(({ identity }, index) => {
    const file = join(dir, `${index}.pem`)
    writeFileSync(file, identity.certificate.toString("pem"))
    return file
  })
  writeFileSync(join(dir, "Names.java"), program)
  const said = execFileSync("java", ["-XX:TieredStopAtLevel=1", join(dir, "Names.java"), ...files], { encoding: "utf8" }).split("\u0001")
  for (const [index, { subject, identity }] of made.entries())
    expect(subjectOf(new Uint8Array(identity.certificate.rawData)), JSON.stringify(subject)).toBe(said[index])
}, 60_000)
