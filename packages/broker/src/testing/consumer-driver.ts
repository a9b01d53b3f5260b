// Plays the members of one group of the newer protocol against its pure part: they take what they are told to own after a while, give up what
// they are told to give up, and lose answers.
import { onConsumerHeartbeat, withoutMember } from "../groups/consumer.ts"
import {
  type ConsumerGroup,
  type ConsumerHeartbeat,
  type ConsumerReply,
  type ConsumerRules,
  emptyConsumerGroup,
  type PartitionName,
  type Partitions,
  type TopicView,
} from "../groups/consumer-state.ts"

export interface PlayedMember {
  epoch: number
  /** What the member itself believes to own. */
  owned: Partitions
  told: Partitions | null
  /** Says everything: it joins, or did not hear the last answer. */
  isFull: boolean
  topicNames: readonly string[]
}

export class ConsumerDriver {
  group: ConsumerGroup = emptyConsumerGroup("g", 0)
  topics: readonly TopicView[] = []
  readonly members = new Map<string, PlayedMember>()
  readonly rules: Partial<ConsumerRules>

  constructor(topics: Readonly<Record<string, number>>, rules: Partial<ConsumerRules> = {}) {
    this.rules = rules
    this.setTopics(topics)
  }

  /** Partition counts by name; the id is the name. */
  setTopics(counts: Readonly<Record<string, number>>): void {
    this.topics = Object.entries(counts).map(([name, partitionCount]) => ({
      name,
      id: name,
      partitionCount,
    }))
  }

  send(request: Partial<ConsumerHeartbeat> & { memberId: string; epoch: number }): ConsumerReply {
    const nothing = { instanceId: null, rackId: null, topicNames: null, regex: null, assignor: null, owned: null }
    const whole = { ...nothing, clientId: "c", clientHost: "/h", rebalanceTimeoutMs: -1, ...request }
    const [group, reply] = onConsumerHeartbeat(this.group, whole, this.#rules())
    this.group = group
    return reply
  }

  join(memberId: string, options: Partial<ConsumerHeartbeat> = {}): ConsumerReply {
    const subscription = options.regex === undefined ? { topicNames: ["t"] } : {}
    return this.send({ memberId, epoch: 0, rebalanceTimeoutMs: 1_000, owned: new Set(), ...subscription, ...options })
  }

  drop(memberId: string): void {
    this.group = withoutMember(this.group, memberId, this.#rules())
  }

  /** One heartbeat of a member that behaves; `isLost` is an answer that does not arrive. */
  beat(memberId: string, isLost = false): ConsumerReply | null {
    const member = this.members.get(memberId)
    if (!member) return null
    const isSaying = member.isFull || member.told !== null
    if (member.told !== null) member.owned = member.told
    const all = { rebalanceTimeoutMs: 1_000, topicNames: member.topicNames }
    const reply = this.send({
      memberId,
      epoch: member.epoch,
      ...(member.isFull ? all : {}),
      owned: isSaying ? member.owned : null,
    })
    if (isLost) member.isFull = true
    else this.#hear(member, reply)
    return reply
  }

  #hear(member: PlayedMember, reply: ConsumerReply): void {
    if (reply.error !== "NONE") {
      Object.assign(member, { epoch: 0, owned: new Set(), told: null, isFull: true })
      return
    }
    Object.assign(member, { epoch: reply.epoch, isFull: false, told: reply.assignment })
    // What it is not to own any more it stops reading before it says so; what is new it reads from its next heartbeat on.
    if (reply.assignment) member.owned = member.owned.intersection(reply.assignment)
  }

  /** Every partition that members own or have to give up, once for each owner. */
  claims(): PartitionName[] {
    return [...this.group.members.values()].flatMap(({ assigned, revoking }) => [...assigned, ...revoking])
  }

  #rules(): ConsumerRules {
    return { nowMs: 0, maxSize: 100, assignors: ["uniform", "range"], maySee: () => true, ...this.rules, topics: this.topics }
  }
}
