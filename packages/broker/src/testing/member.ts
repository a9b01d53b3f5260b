// A member of a classic group over the wire, one request at a time, in the newest versions.
import { encodeRecord, errorName } from "@rivven/protocol"
import { Heartbeat, JoinGroup, LeaveGroup, SyncGroup } from "@rivven/protocol/messages"
import { ConsumerProtocolSubscription } from "@rivven/protocol/messages/internal"
import { plain, Talk, utf8 } from "./talk.ts"

export interface MemberOptions {
  readonly groupId?: string
  readonly instanceId?: string
  readonly topics?: string[]
  readonly sessionTimeoutMs?: number
  readonly rebalanceTimeoutMs?: number
}

export class GroupMember implements AsyncDisposable {
  readonly talk: Talk
  readonly options: Required<Omit<MemberOptions, "instanceId">> & { instanceId: string | null }
  memberId = ""
  generation = -1
  leaderId = ""
  members: string[] = []

  private constructor(talk: Talk, options: MemberOptions) {
    this.talk = talk
    this.options = {
      groupId: "g",
      topics: ["t"],
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      ...options,
      instanceId: options.instanceId ?? null,
    }
  }

  static async of(broker: { host: string; port: number }, options: MemberOptions = {}): Promise<GroupMember> {
    return new GroupMember(await Talk.to(broker, "member"), options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.talk[Symbol.asyncDispose]()
  }

  get isLeader(): boolean {
    return this.leaderId === this.memberId
  }

  async join(): Promise<string> {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, instanceId, topics } = this.options
    const metadata = encodeRecord(ConsumerProtocolSubscription, 1, { topics, userData: null })
    const base = {
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      groupInstanceId: instanceId,
      protocolType: "consumer",
      protocols: [{ name: "range", metadata }],
    }
    const answer = await this.talk.wire.call(JoinGroup, 9, { ...base, memberId: this.memberId })
    if (answer.memberId !== "") this.memberId = answer.memberId
    const error = errorName(answer.errorCode)
    if (error === "MEMBER_ID_REQUIRED") return this.join()
    this.generation = answer.generationId
    this.leaderId = answer.leader
    this.members = answer.members.map((member) => member.memberId)
    return error
  }

  async sync(assignments: Record<string, string> = {}): Promise<{ error: string; assignment: string | null }> {
    const { groupId, instanceId } = this.options
    const answer = await this.talk.wire.call(SyncGroup, 5, {
      groupId,
      generationId: this.generation,
      memberId: this.memberId,
      groupInstanceId: instanceId,
      protocolType: "consumer",
      protocolName: "range",
      assignments: Object.entries(assignments).map(([memberId, value]) => ({ memberId, assignment: utf8(value) })),
    })
    return { error: errorName(answer.errorCode), assignment: plain(answer.assignment) }
  }

  async heartbeat(): Promise<string> {
    const { groupId, instanceId } = this.options
    const body = { groupId, generationId: this.generation, memberId: this.memberId, groupInstanceId: instanceId }
    return errorName((await this.talk.wire.call(Heartbeat, 4, body)).errorCode)
  }

  async leave(): Promise<string> {
    const { groupId, instanceId } = this.options
    const members = [{ memberId: this.memberId, groupInstanceId: instanceId }]
    return errorName((await this.talk.wire.call(LeaveGroup, 5, { groupId, members })).members[0]?.errorCode ?? 0)
  }
}

/** A settled group: everybody joined, one after the other, and is assigned `to-<position>`. Needs no timer to fire but the initial delay. */
export async function settledGroup(broker: { host: string; port: number }, members: readonly MemberOptions[]): Promise<GroupMember[]> {
  const made: GroupMember[] = []
  for (const options of members) {
    const next = await GroupMember.of(broker, options)
    const [first] = made
    const joining = next.join()
    if (first) while ((await first.heartbeat()) !== "REBALANCE_IN_PROGRESS");
    await Promise.all([joining, ...made.map((member) => member.join())])
    made.push(next)
    const assignments = Object.fromEntries(made.map((member, index) => [member.memberId, `to-${index}`]))
    await Promise.all(made.map((member) => member.sync(member.isLeader ? assignments : {})))
  }
  return made
}
