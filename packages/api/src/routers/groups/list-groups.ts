import type { z } from "zod"
import type { Context } from "../../context.ts"
import { EnvelopeBuilder } from "../../envelope.ts"
import { compareBy, matchesFilter } from "../../list-page.ts"
import { gatherGroups } from "./group-facts.ts"
import { type GroupFacts, groupProblems, viewGroup } from "./group-row.ts"
import type * as schema from "./schema.ts"

type Input = z.output<typeof schema.listInput>

export async function listGroups(ctx: Context, input: Input): Promise<z.output<typeof schema.list>> {
  const { groups, asOf, degraded } = await gatherGroups(ctx, input.cluster)
  const candidates = [...groups.values()].map((facts) => ({ facts, severity: severityOf(facts) }))
  const matching = candidates.filter(({ facts }) => matchesFilter(input.filter, { name: facts.snapshot.id }))
  const page = ctx.deps.orders.page(input, () => sorted(matching.filter(inView(input.view)), input).map(({ facts }) => facts.snapshot.id))
  const rows = page.keys.flatMap((id) => {
    const facts = groups.get(id)
    return facts ? [viewGroup(facts)] : []
  })
  const count = (view: Input["view"]): number => matching.filter(inView(view)).length
  return new EnvelopeBuilder(ctx.deps.clock.wall())
    .used(asOf)
    .lacks(...degraded)
    .answer({
      revision: page.revision,
      total: candidates.length,
      matching: page.matching,
      nextCursor: page.nextCursor,
      rows,
      counts: { all: matching.length, problems: count("problems"), active: count("active"), empty: count("empty") },
    })
}

interface Candidate {
  facts: GroupFacts
  severity: number
}

function severityOf(facts: GroupFacts): number {
  const problems = groupProblems(facts)
  return problems.some(({ status }) => status === "bad") ? 2 : problems.length > 0 ? 1 : 0
}

function inView(view: Input["view"]): (candidate: Candidate) => boolean {
  switch (view) {
    case "all":
      return () => true
    case "problems":
      return ({ severity }) => severity > 0
    case "active":
      return ({ facts }) => (facts.snapshot.members?.length ?? 0) > 0
    case "empty":
      return ({ facts }) => facts.snapshot.members?.length === 0
  }
}

function sorted(candidates: readonly Candidate[], { sortBy, isDescending }: Input): Candidate[] {
  const byName = compareBy<Candidate>(({ facts }) => facts.snapshot.id, sortBy === "group" && isDescending)
  if (sortBy === "group") return candidates.toSorted(byName)
  const byKey = compareBy<Candidate>((candidate) => sortValue(candidate, sortBy), isDescending !== (sortBy === "problems"))
  const byLag = compareBy<Candidate>(({ facts }) => facts.lag.lagRecords ?? undefined, true)
  return candidates.toSorted((a, b) => byKey(a, b) || (sortBy === "problems" ? byLag(a, b) : 0) || byName(a, b))
}

function sortValue({ facts, severity }: Candidate, sortBy: Input["sortBy"]): number | string | undefined {
  switch (sortBy) {
    case "problems":
      return severity
    case "group":
      return facts.snapshot.id
    case "state":
      return facts.snapshot.state
    case "members":
      return facts.snapshot.members?.length
    case "lagRecords":
      return facts.lag.lagRecords ?? undefined
    case "lagSeconds":
      return facts.lag.lagSeconds ?? undefined
  }
}
