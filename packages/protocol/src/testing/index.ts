/** For tests of this package and of others: the reference codec and random messages. */

export { commitSeed, count, isCampaign } from "./campaign.ts"
export { interpretDecode, interpretEncode, type LengthMark, lengthMarks, type Version } from "./interpreter.ts"
export { mutate } from "./mutate.ts"
export { below, type Random, randomBytes, randomMessage, seeded } from "./random.ts"
