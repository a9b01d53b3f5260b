// What may be asked of the authorizer: the words of Kafka's ACLs that a request can need. Wire codes are in `acl-codes.ts`.

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

export interface Authorizer {
  allows(subject: Subject, access: Access): boolean
  /** Whether the operation is allowed on any resource of the type at all, one that does not exist yet included. */
  allowsSome(subject: Subject, operation: Operation, resourceType: ResourceType): boolean
}
