import { describe, expect, it } from "vitest"
import type { ClientOptions } from "../client.ts"
import { unwrap } from "../errors.ts"
import type { SaslMechanism } from "../sasl.ts"
import { type Suite, text } from "./target.ts"

const mechanisms: SaslMechanism[] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

/** The target wants TLS with a client certificate, and SASL over it. `good` is what it takes. */
export function connectionsContract(suite: Suite, good: () => Required<Pick<ClientOptions, "tls" | "sasl">>): void {
  const quick = { callTimeoutMs: 1_500, connectTimeoutMs: 1_000 }

  describe("connections", () => {
    it.each(mechanisms)("work over TLS with %s, on every connection of a client", async (mechanism) => {
      const client = suite.client({ ...good(), sasl: { ...good().sasl, mechanism } })
      const topic = await suite.topic(1)
      unwrap(await client.producer().send({ topic, value: "x" }))
      const consumer = client.consumer({ offsetReset: "earliest", maxWaitMs: 50 })
      consumer.assign([{ topic, partition: 0 }])
      const polled = await consumer.poll({ timeoutMs: 10_000 })
      expect(polled.records.map(({ value }) => text(value))).toEqual(["x"])
    })

    it.each(mechanisms)("are refused with a wrong password by %s, at once and without another try", async (mechanism) => {
      const client = suite.client({ ...good(), sasl: { ...good().sasl, mechanism, password: "wrong" }, callTimeoutMs: 60_000 })
      const since = performance.now()
      const answer = await client.admin.cluster.describe()
      expect(answer).toMatchObject({ ok: false, error: { code: "SASL_AUTHENTICATION_FAILED" } })
      expect(performance.now() - since).toBeLessThan(5_000)
    })

    it("are not opened to a broker whose certificate nobody trusts, or that carries another name", async () => {
      const { tls } = good()
      for (const [bad, reason] of [
        [{ ...tls, ca: undefined }, /certificate/],
        [{ ...tls, serverName: "elsewhere.example" }, /elsewhere\.example/],
      ] as const) {
        const answer = await suite.client({ ...good(), ...quick, tls: bad as typeof tls }).admin.cluster.describe()
        expect(answer).toMatchObject({ ok: false, error: { code: "NO_BROKER", message: expect.stringMatching(reason) } })
      }
    })

    it("are refused without the client certificate that the broker wants, and in plain", async () => {
      const { ca } = good().tls
      const strangers: Partial<ClientOptions>[] = [{ tls: ca === undefined ? {} : { ca } }, { tls: undefined }]
      for (const stranger of strangers) {
        const answer = await suite.client({ ...good(), ...quick, ...stranger }).admin.cluster.describe()
        expect(answer.ok).toBe(false)
      }
    })
  })
}
