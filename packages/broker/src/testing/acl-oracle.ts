// What Kafka's StandardAuthorizer answers, as slowly and plainly as it can be said: looks at every rule, in words, and shares no code with
// the broker. The judge of the authorizer's tests.

export interface OracleRule {
  readonly type: string
  readonly pattern: "LITERAL" | "PREFIXED"
  readonly name: string
  /** With its `User:`. */
  readonly principal: string
  readonly host: string
  readonly operation: string
  readonly permission: "ALLOW" | "DENY"
}

export interface OracleQuestion {
  readonly user: string
  readonly host: string
  readonly operation: string
  readonly type: string
  readonly name: string
}

export interface OracleRules {
  readonly rules: readonly OracleRule[]
  readonly superUsers: readonly string[]
  readonly allowsUnruled: boolean
}

/** Operations that an ALLOW of the first one also allows. */
const implied: Record<string, readonly string[]> = {
  READ: ["DESCRIBE"],
  WRITE: ["DESCRIBE"],
  DELETE: ["DESCRIBE"],
  ALTER: ["DESCRIBE"],
  ALTER_CONFIGS: ["DESCRIBE_CONFIGS"],
}

function isAbout(rule: OracleRule, { type, name }: OracleQuestion): boolean {
  if (rule.type !== type) return false
  if (rule.pattern === "PREFIXED") return name.slice(0, rule.name.length) === rule.name
  return rule.name === "*" || rule.name === name
}

function isFor(rule: OracleRule, { user, host }: OracleQuestion): boolean {
  const isPrincipal = rule.principal === `User:${user}` || rule.principal === "User:*"
  return isPrincipal && (rule.host === "*" || rule.host === host)
}

export function oracleAllows({ rules, superUsers, allowsUnruled }: OracleRules, question: OracleQuestion): boolean {
  if (superUsers.includes(question.user)) return true
  const about = rules.filter((rule) => isAbout(rule, question))
  if (about.length === 0) return allowsUnruled
  const mine = about.filter((rule) => isFor(rule, question))
  const says = (rule: OracleRule) => rule.operation === "ALL" || rule.operation === question.operation
  if (mine.some((rule) => rule.permission === "DENY" && says(rule))) return false
  return mine.some((rule) => rule.permission === "ALLOW" && (says(rule) || (implied[rule.operation] ?? []).includes(question.operation)))
}

/** Whether there is any name at all: tries every name of a rule, something behind it, and one that no rule knows. */
export function oracleAllowsSome(setting: OracleRules, question: Omit<OracleQuestion, "name">): boolean {
  const names = setting.rules.flatMap(({ name }) => [name, `${name}\u0001`])
  return ["\u0002", ...names].some((name) => name !== "*" && oracleAllows(setting, { ...question, name }))
}
