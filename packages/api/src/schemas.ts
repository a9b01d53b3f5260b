// Types of everything that procedures take and answer. Types only: nothing of this file reaches a browser's bundle.
export type { Kind, Verb } from "./access.ts"
export type { Cell, Degraded, Envelope, MissingCode } from "./envelope.ts"
export type { ApiErrorCode, ErrorView } from "./errors.ts"
export type { AlertList, AlertRow, RuleRow } from "./routers/alerts/schema.ts"
export type { ClusterDetails, ClusterRow, Overview, ProblemRow } from "./routers/clusters/schema.ts"
export type { GroupDetails, GroupList, GroupOffset, GroupRow, LagHistory, Member } from "./routers/groups/schema.ts"
export type { LiveChange, LiveEvent, LiveKey } from "./routers/live/schema.ts"
export type { Message, MessagePage, Payload, TailEvent } from "./routers/messages/schema.ts"
export type { AlertSpan, Chart, Panel, Series } from "./routers/metrics/schema.ts"
export type { ResourceForm, ResourceView } from "./routers/resources/schema.ts"
export type { Me, Preferences } from "./routers/session/schema.ts"
export type {
  ChangeResult,
  ConfigRow,
  Conflict,
  Consequence,
  ConsumerRow,
  Draft,
  Expectation,
  FieldChange,
  Management,
  PartitionRow,
  Rollout,
  TopicDetails,
  TopicList,
  TopicPlan,
  TopicRow,
} from "./routers/topics/schema.ts"
export type { ConditionView, EntityRef, FieldErrorView, Problem, Sentence, Status } from "./view-model.ts"
