// The embedded engine: a Kafka-protocol broker of one node, in this process.
export { type BrokerHealth, type RunningBroker, startBroker } from "./broker.ts"
export { BrokerError, type BrokerErrorCode, isBrokerError } from "./errors.ts"
export { type CompatTable, compatTable, configReference, type DocumentedConfig } from "./handlers/compat.ts"
export type { RecoveryReport } from "./log/model.ts"
export type { Clock, Disk, Logger, Net, Ports, Random, TlsMaterial } from "./ports.ts"
export type { FileUser, ListenerSettings, SecuritySettings, TokenRules } from "./security/settings.ts"
export { checkSecurity } from "./security/settings.ts"
export type { Address, BrokerOptions } from "./settings.ts"
