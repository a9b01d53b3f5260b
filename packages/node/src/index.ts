export { compatReference } from "./compat-reference.ts"
export {
  type Address,
  type NodeConfig,
  type NodeConfigInput,
  nodeConfigSchema,
  parseAddress,
  parseNodeConfig,
  readNodeConfig,
} from "./config.ts"
export { configReference } from "./config-reference.ts"
export { NodeError, type NodeErrorCode } from "./errors.ts"
export type { Health } from "./health.ts"
export { type RunningNode, type StartOptions, start } from "./node.ts"
export type { Logger, NodePorts } from "./ports.ts"
export { loadSecurity } from "./security.ts"
