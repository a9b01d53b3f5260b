import { alertsRouter } from "./routers/alerts/router.ts"
import { clustersRouter } from "./routers/clusters/router.ts"
import { groupsRouter } from "./routers/groups/router.ts"
import { liveRouter } from "./routers/live/router.ts"
import { messagesRouter } from "./routers/messages/router.ts"
import { metricsRouter } from "./routers/metrics/router.ts"
import { resourcesRouter } from "./routers/resources/router.ts"
import { sessionRouter } from "./routers/session/router.ts"
import { topicsRouter } from "./routers/topics/router.ts"
import { router } from "./trpc.ts"

export const appRouter = router({
  session: sessionRouter,
  live: liveRouter,
  clusters: clustersRouter,
  topics: topicsRouter,
  messages: messagesRouter,
  groups: groupsRouter,
  metrics: metricsRouter,
  alerts: alertsRouter,
  resources: resourcesRouter,
})

export type AppRouter = typeof appRouter
