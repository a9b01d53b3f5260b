/** Which version of an API to use with one broker: the highest that both sides know. */
import type { Api, ResponseOf } from "@rivven/protocol"
import { type ApiVersions, apiByKey, Metadata } from "@rivven/protocol/messages"
import { brokerFailed, failed, ok, type Result } from "./errors.ts"

export type VersionRange = { min: number; max: number }

export function parseVersions(answer: ResponseOf<typeof ApiVersions>): Result<ReadonlyMap<number, VersionRange>> {
  const versions = new Map<number, VersionRange>()
  for (const { apiKey, minVersion, maxVersion } of answer.apiKeys) {
    if (apiByKey(apiKey) !== undefined) versions.set(apiKey, { min: minVersion, max: maxVersion })
  }
  if (versions.size === 0 && answer.errorCode !== 0) return brokerFailed(answer.errorCode, null)
  if (answer.errorCode === 0 && !versions.has(Metadata.key))
    return failed("BAD_ANSWER", "the broker's list of versions is without Metadata")
  return ok(versions)
}

/** What the cluster has finalised: feature → level. */
export const featuresOf = (answer: ResponseOf<typeof ApiVersions>): ReadonlyMap<string, number> =>
  new Map(answer.finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]))

export function versionFor(
  api: Api,
  versions: ReadonlyMap<number, VersionRange>,
  { minVersion, maxVersion, broker }: { minVersion?: number | undefined; maxVersion?: number | undefined; broker: string },
): Result<number> {
  const least = Math.max(api.versions[0], minVersion ?? 0)
  const most = Math.min(api.versions[1], maxVersion ?? api.versions[1])
  const range = versions.get(api.key)
  if (range === undefined) return failed("UNSUPPORTED_BY_CLUSTER", `${broker} does not serve ${api.name}`)
  const version = Math.min(range.max, most)
  if (version >= Math.max(range.min, least)) return ok(version)
  const theirs = `${broker} serves ${api.name} in versions ${range.min} to ${range.max}`
  return failed("UNSUPPORTED_BY_CLUSTER", `${theirs}; needed is one of ${least} to ${most}`)
}
