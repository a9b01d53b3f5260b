export type { AlertInstance, AlertRule, AlertStatus, Labels, Series, SeriesSource } from "./alerts/index.ts"
export * as alerts from "./alerts/index.ts"
export type { RivvenCluster, RivvenClusterInput, RivvenClusterSpec, RivvenClusterStatus } from "./kinds/cluster.ts"
export { clusterConditions, clusterPhases, engines } from "./kinds/cluster-observed.ts"
export {
  connectConditions,
  connectorStates,
  connectPhases,
  type RivvenConnect,
  type RivvenConnectInput,
  type RivvenConnectSpec,
  type RivvenConnectStatus,
} from "./kinds/connect.ts"
export { crds, kinds, validateCluster, validateConnect, validateTopic } from "./kinds/index.ts"
export {
  apiVersion,
  type Condition,
  type CrdVersion,
  type CustomResourceDefinition,
  conditionStatuses,
  group,
  type Kind,
  type ObjectMeta,
  type PrinterColumn,
  version,
} from "./kinds/kind.ts"
export { kindsReference } from "./kinds/reference.ts"
export {
  aclOperations,
  type RivvenTopic,
  type RivvenTopicInput,
  type RivvenTopicSpec,
  type RivvenTopicStatus,
  type TopicConditionType,
  type TopicPhase,
  topicConditions,
  topicConfigKeys,
  topicPhases,
} from "./kinds/topic.ts"
export { type FormField, toFormFields } from "./kit/to-form.ts"
export type { FieldError, Path, Validated, ValidateOptions } from "./kit/validate.ts"
