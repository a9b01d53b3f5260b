// Every config that a single consumer group can have (KIP-1043). Names and meaning are Kafka's; the broker config behind each gives the value
// of groups without their own, and the least and most that a group may ask for.
import { ConfigTable, int, toNumber } from "../config.ts"

const heartbeat = "consumer.heartbeat.interval.ms"
const session = "consumer.session.timeout.ms"

export const groupConfigs = new ConfigTable([
  int(heartbeat, {
    min: 1,
    default: 5_000,
    brokerName: "group.consumer.heartbeat.interval.ms",
    doc: "How often members of a group in the consumer protocol are told to report to the broker.",
  }),
  int(session, {
    min: 1,
    default: 45_000,
    brokerName: "group.consumer.session.timeout.ms",
    doc: "A member of a group in the consumer protocol that does not report for this long is removed from it.",
  }),
])

export interface GroupConfigRules {
  /** The value of groups without their own. */
  readonly inherited: (name: string) => string
  readonly broker: (name: string) => number
}

/** What a group's own configs must be together and within the broker's bounds; undefined when they are. */
export function whyBadGroupConfigs(own: ReadonlyMap<string, string>, { inherited, broker }: GroupConfigRules): string | undefined {
  const value = (name: string) => toNumber(own.get(name) ?? inherited(name))
  const bounds = { [heartbeat]: "heartbeat.interval.ms", [session]: "session.timeout.ms" }
  for (const [name, bound] of Object.entries(bounds)) {
    const [min, max] = [broker(`group.consumer.min.${bound}`), broker(`group.consumer.max.${bound}`)]
    if (own.has(name) && (value(name) < min || value(name) > max))
      return `${name} cannot be ${value(name)}; this broker accepts ${min} to ${max}`
  }
  return own.size > 0 && value(session) <= value(heartbeat) ? `${session} must be more than ${heartbeat}` : undefined
}
