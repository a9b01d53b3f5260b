import type { TopicPlan } from "../plan-schema.ts"

const maxKept = 100

/** Plans that were shown lately, so that a stale one can be laid beside the current one. */
export class PlanCache {
  readonly #plans = new Map<string, TopicPlan>()

  keep(plan: TopicPlan): TopicPlan {
    this.#plans.delete(plan.hash)
    this.#plans.set(plan.hash, plan)
    const [oldest] = this.#plans.keys()
    if (this.#plans.size > maxKept && oldest !== undefined) this.#plans.delete(oldest)
    return plan
  }

  get(hash: string): TopicPlan | null {
    return this.#plans.get(hash) ?? null
  }
}
