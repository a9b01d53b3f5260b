import { describe, expect, it } from "vitest"
import { parseAddress, parseNodeConfig, readNodeConfig } from "./config.ts"
import { NodeError } from "./errors.ts"

describe("rivven.yaml", () => {
  it("fills every default from an empty file", () => {
    const config = readNodeConfig("")
    expect(config.listeners.client).toMatchObject({ listen: "0.0.0.0:9292", protocol: "plaintext" })
    expect(config.storage.durability).toBe("fsync")
    expect(config.topics.auto_create).toBe(true)
  })

  it("suggests the nearest name for an unknown key", () => {
    expect(() => readNodeConfig("storage:\n  durabilty: os\n")).toThrow(/storage\.durabilty: unknown setting; did you mean durability\?/)
  })

  it("lists the known names when nothing is near", () => {
    expect(() => readNodeConfig("storage:\n  zookeeper: yes\n")).toThrow(/known here: durability, segment_size/)
  })

  it.each([
    ["listeners: { client: nowhere }", /listeners\.client\.listen: expected host:port/],
    ["listeners: { client: 'a:70000' }", /listeners\.client\.listen: expected a port from 0 to 65535/],
    ["storage: { durability: maybe }", /storage\.durability: expected fsync, os or interval/],
    ["storage: { segment_size: 12 }", /storage\.segment_size: .*1048576/],
    ["node: { id: -1 }", /node\.id/],
    ["listeners: { more: { listen: 'a:1', protocl: tls } }", /listeners\.more\.protocl: unknown setting; did you mean protocol\?/],
    ["listeners: { client: { listen: 'a:1', protocol: ssl } }", /listeners\.client\.protocol: .*sasl_tls/],
    ["tls: { certificate: a, key_file: b }", /tls\.certificate: unknown setting/],
    ["tls: { certificate_file: a }", /tls\.key_file/],
    ["auth: { mechanisms: [] }", /auth\.mechanisms/],
    ["auth: { mechanisms: [GSSAPI] }", /auth\.mechanisms/],
    ["auth: { oauth: { issuer: a } }", /auth\.oauth\.audience/],
    ["limits: { connection: 1 }", /limits\.connection: unknown setting; did you mean connections\?/],
    ["cluster: { bootstrap_expect: 3 }", /cluster\.bootstrap_expect/],
    ["observability: { metrics: { path: metrics } }", /observability\.metrics\.path: expected a path/],
    ["- a\n- b", /rivven\.yaml: .*object/],
    ["a: [", /rivven\.yaml/],
  ])("refuses %s and names the field", (yaml, message) => {
    expect(() => readNodeConfig(yaml)).toThrow(message)
    expect(() => readNodeConfig(yaml)).toThrow(NodeError)
  })

  it("is frozen", () => {
    expect(Object.isFrozen(parseNodeConfig({}))).toBe(true)
  })
})

describe("parseAddress", () => {
  it("splits names, IPv4 and IPv6", () => {
    expect(parseAddress("localhost:0")).toEqual({ host: "localhost", port: 0 })
    expect(parseAddress("[::1]:9292")).toEqual({ host: "::1", port: 9292 })
  })
})
