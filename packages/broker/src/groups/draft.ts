// A working copy of one group during one transition. It is made from the old value, changed, and frozen into the new value; nobody
// else ever sees it. Members are replaced, never changed in place, so old values stay true.

import type { ClassicGroup, ClassicMember, GroupEffect, GroupPhase, GroupReply, GroupRules, InitialDelay, Ticket } from "./state.ts"

export interface Draft {
  readonly groupId: string
  phase: GroupPhase
  generation: number
  protocolType: string | null
  protocol: string | null
  leaderId: string | null
  members: Map<string, ClassicMember>
  pendingMembers: Set<string>
  pendingSync: Set<string>
  initialDelay: InitialDelay | null
  sinceMs: number
  readonly rules: GroupRules
  readonly effects: GroupEffect[]
}

export function openDraft(group: ClassicGroup, rules: GroupRules): Draft {
  return {
    ...group,
    members: new Map(group.members),
    pendingMembers: new Set(group.pendingMembers),
    pendingSync: new Set(group.pendingSync),
    rules,
    effects: [],
  }
}

export function closeDraft(draft: Draft): [ClassicGroup, GroupEffect[]] {
  const { rules: _rules, effects, ...group } = draft
  return [group, effects]
}

export function setPhase(draft: Draft, phase: GroupPhase): void {
  draft.phase = phase
  draft.sinceMs = draft.rules.nowMs
}

export function reply(draft: Draft, ticket: Ticket, answer: GroupReply): void {
  draft.effects.push({ kind: "reply", ticket, reply: answer })
}

export function armSession(draft: Draft, memberId: string, timeoutMs: number | null): void {
  draft.effects.push({ kind: "session", memberId, timeoutMs })
}

export function armTimer(draft: Draft, timer: "join" | "sync", afterMs: number | null): void {
  draft.effects.push({ kind: "timer", timer, afterMs })
}

export function persist(draft: Draft): void {
  draft.effects.push({ kind: "persist" })
}

export function updateMember(draft: Draft, memberId: string, change: Partial<ClassicMember>): void {
  const member = draft.members.get(memberId)
  if (member) draft.members.set(memberId, { ...member, ...change })
}
