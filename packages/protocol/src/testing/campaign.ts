// How much a long test does. `npm test` runs each with the small count and with seeds that follow the commit, so that every commit covers
// new ground; `RIVVEN_CAMPAIGN=1` runs the large counts, `RIVVEN_SEED=n` repeats a run. Both arrive through vitest.config.ts.
import { inject } from "vitest"

declare module "vitest" {
  interface ProvidedContext {
    isCampaign: boolean
    seed: number
  }
}

export const isCampaign = (): boolean => inject("isCampaign")

export const count = (counts: { readonly ci: number; readonly campaign: number }): number => (isCampaign() ? counts.campaign : counts.ci)

/** Below 2^28; the same for one commit. */
export const commitSeed = (): number => inject("seed")
