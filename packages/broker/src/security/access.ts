// What may be asked of the authorizer: the words of Kafka's ACLs that a request can need. Their numbers are in `acl-rule.ts`.
import type { ErrorName } from "@rivven/protocol"

export type Operation =
  | "READ"
  | "WRITE"
  | "CREATE"
  | "DELETE"
  | "ALTER"
  | "DESCRIBE"
  | "CLUSTER_ACTION"
  | "DESCRIBE_CONFIGS"
  | "ALTER_CONFIGS"
  | "IDEMPOTENT_WRITE"
  | "CREATE_TOKENS"
  | "DESCRIBE_TOKENS"
  | "TWO_PHASE_COMMIT"

export type ResourceType = "TOPIC" | "GROUP" | "CLUSTER" | "TRANSACTIONAL_ID" | "DELEGATION_TOKEN" | "USER"

/** The one resource of type CLUSTER. */
export const clusterResource = "kafka-cluster"

/** Who asks, and from where; `host` as Kafka prints it, `/127.0.0.1`. */
export interface Subject {
  readonly principal: { readonly type: "User"; readonly name: string }
  readonly host: string
}

export interface Access {
  readonly operation: Operation
  readonly resourceType: ResourceType
  readonly name: string
}

/** What a request hears that may not do something to a resource. */
export const denials = {
  TOPIC: "TOPIC_AUTHORIZATION_FAILED",
  GROUP: "GROUP_AUTHORIZATION_FAILED",
  CLUSTER: "CLUSTER_AUTHORIZATION_FAILED",
  TRANSACTIONAL_ID: "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
  DELEGATION_TOKEN: "DELEGATION_TOKEN_AUTHORIZATION_FAILED",
  USER: "CLUSTER_AUTHORIZATION_FAILED",
} as const satisfies Record<ResourceType, ErrorName>

export interface Authorizer {
  allows(subject: Subject, access: Access): boolean
  /** The same of something that nobody asked to do: a denial does not count. */
  wouldAllow(subject: Subject, access: Access): boolean
  /** Whether the operation is allowed on any resource of the type at all, one that does not exist yet included. */
  allowsSome(subject: Subject, operation: Operation, resourceType: ResourceType): boolean
}
