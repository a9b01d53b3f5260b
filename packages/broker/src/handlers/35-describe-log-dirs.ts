// The data directory and the size of what lies in it. Null topics mean all. 4 total and usable bytes of its file system.
import { errorCode, type RequestOf } from "@rivven/protocol"
import { DescribeLogDirs } from "@rivven/protocol/messages"
import { defineHandler, type RequestContext } from "../dispatch/define-handler.ts"
import { clusterResource } from "../security/access.ts"

type Wanted = RequestOf<typeof DescribeLogDirs>["topics"]

export default defineHandler(DescribeLogDirs, {
  versions: [1, 4],
  omits: ["version 5 (cordoned directories)"],
  async handle({ topics }, context) {
    if (!context.allows("DESCRIBE", "CLUSTER", clusterResource)) {
      context.countError("CLUSTER_AUTHORIZATION_FAILED")
      return { throttleTimeMs: 0, errorCode: errorCode("CLUSTER_AUTHORIZATION_FAILED"), results: [] }
    }
    const { freeBytes, totalBytes } = await context.logs.space()
    const wanted = topics ?? everything(context)
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      results: [
        {
          errorCode: 0,
          logDir: context.identity.dataDir,
          topics: wanted.map(({ topic, partitions }) => sizes(topic, partitions, context)).filter((entry) => entry.partitions.length > 0),
          totalBytes,
          usableBytes: freeBytes,
        },
      ],
    }
  },
})

function everything({ catalog }: RequestContext): NonNullable<Wanted> {
  return catalog
    .topics()
    .map(({ name, partitionCount }) => ({ topic: name, partitions: Array.from({ length: partitionCount }, (_, index) => index) }))
}

function sizes(name: string, indexes: readonly number[], { topicLogs }: RequestContext) {
  const partitions = indexes.flatMap((partitionIndex) => {
    const log = topicLogs.find({ topic: name || "?" }, partitionIndex)
    return typeof log === "string" ? [] : [{ partitionIndex, partitionSize: log.sizeBytes, offsetLag: 0, isFutureKey: false }]
  })
  return { name, partitions }
}
