// A broker in this process whose clients have to say who they are, and that lets them do what rules allow. `root` is its super user.
import { errorName } from "@rivven/protocol"
import { CreateAcls, DeleteAcls } from "@rivven/protocol/messages"
import { operationCodes, permissions, resourceTypeCodes } from "../security/acl-rule.ts"
import { startTestBroker, type TestBroker, type TestBrokerOptions } from "./in-process.ts"
import { logIn } from "./sasl-login.ts"
import { Talk } from "./talk.ts"

export const secured = {
  listeners: [
    {
      name: "client",
      listen: { host: "127.0.0.1", port: 0 },
      protocol: "SASL_PLAINTEXT",
      mechanisms: ["PLAIN"],
      allowsPlainWithoutTls: true,
    },
  ],
  security: { users: ["root", "alice", "bob"].map((name) => ({ name, password: `${name}-password` })) },
  authorizer: { superUsers: ["root"] },
} satisfies TestBrokerOptions

export const startSecuredBroker = (options: TestBrokerOptions = {}): Promise<TestBroker> => startTestBroker({ ...secured, ...options })

/** A connection that is logged in. */
export async function talkAs(user: "root" | "alice" | "bob", broker: { host: string; port: number }, clientId?: string): Promise<Talk> {
  const talk = await Talk.to(broker, clientId)
  const { error } = await logIn(talk.wire, { mechanism: "PLAIN", user, password: `${user}-password` })
  if (error !== "NONE") throw new Error(`${user} cannot log in: ${error}`)
  return talk
}

/** `ALLOW READ TOPIC orders to alice`: the words of a rule in this order; `orders*` is a prefix, `*` everything. */
export function ruleOf(text: string) {
  const [permission = "", operation = "", type = "", name = "", , user = ""] = text.split(" ")
  const isPrefix = name.length > 1 && name.endsWith("*")
  return {
    resourceType: resourceTypeCodes[type as keyof typeof resourceTypeCodes],
    resourceName: isPrefix ? name.slice(0, -1) : name,
    resourcePatternType: isPrefix ? 4 : 3,
    principal: `User:${user}`,
    host: "*",
    operation: operation === "ALL" ? 2 : operationCodes[operation as keyof typeof operationCodes],
    permissionType: permission === "DENY" ? permissions.deny : permissions.allow,
  }
}

export async function allow(root: Talk, ...rules: string[]): Promise<string[]> {
  const { results } = await root.wire.call(CreateAcls, 3, { creations: rules.map(ruleOf) })
  return results.map(({ errorCode }) => errorName(errorCode))
}

export async function withdraw(root: Talk, ...rules: string[]): Promise<number> {
  const filters = rules.map(ruleOf).map(({ resourceType, resourceName, resourcePatternType, principal, host, ...rest }) => ({
    ...rest,
    resourceTypeFilter: resourceType,
    resourceNameFilter: resourceName,
    patternTypeFilter: resourcePatternType,
    principalFilter: principal,
    hostFilter: host,
  }))
  const { filterResults } = await root.wire.call(DeleteAcls, 3, { filters })
  return filterResults.reduce((sum, { matchingAcls }) => sum + matchingAcls.length, 0)
}
