export type { ApplyOptions, ApplyOutcome, ApplyResult, PatchStatusOptions, RemoveOptions } from "./apply.ts"
export { KubeClient, type ListOptions, type PatchRequest, type Selection, type WatchOptions, type WriteOptions } from "./client.ts"
export {
  attempt,
  isKubeError,
  KubeError,
  type KubeErrorCode,
  type Result,
  type Status,
  type StatusCause,
  type StatusDetails,
} from "./errors.ts"
export { type EventNote, EventRecorder } from "./events.ts"
export { type ChangeHandler, deepFreeze, type Freshness, Informer, type InformerOptions } from "./informer.ts"
export {
  type AnyObject,
  formatKey,
  type KubeList,
  type KubeObject,
  keyOf,
  type ManagedFieldsEntry,
  type ObjectKey,
  type ObjectMeta,
  type OwnerReference,
  parseKey,
  type WatchEvent,
} from "./object.ts"
export { type Cancel, type Clock, type KubePorts, type Logger, nodeClock, nodeRandom, type Random, silentLogger } from "./ports.ts"
export { WorkQueue, type WorkQueueOptions } from "./queue.ts"
export { type ResourceType, resourceTypeOf, resourceTypes } from "./resource-types.ts"
export type { Credentials } from "./rest.ts"
export { formatTime, getCondition, type NewCondition, setCondition } from "./status.ts"
