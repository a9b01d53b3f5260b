export { crds, kinds, validateTopic } from "./kinds/index.ts"
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
export type { FieldError, Path, Validated } from "./kit/validate.ts"
