import { type Validated, type ValidateOptions, validate } from "../kit/validate.ts"
import { cluster, type RivvenCluster } from "./cluster.ts"
import { connect, type RivvenConnect } from "./connect.ts"
import { type CustomResourceDefinition, crdOf } from "./kind.ts"
import { type RivvenTopic, topic } from "./topic.ts"

export const kinds = { cluster, topic, connect } as const

/** The CustomResourceDefinitions as objects, generated on each call. */
export function crds(): CustomResourceDefinition[] {
  return Object.values(kinds).map((kind) => crdOf(kind))
}

export function validateTopic(value: unknown, options?: ValidateOptions<RivvenTopic>): Validated<RivvenTopic> {
  return validate(topic.schema, value, options)
}

export function validateCluster(value: unknown, options?: ValidateOptions<RivvenCluster>): Validated<RivvenCluster> {
  return validate(cluster.schema, value, options)
}

export function validateConnect(value: unknown, options?: ValidateOptions<RivvenConnect>): Validated<RivvenConnect> {
  return validate(connect.schema, value, options)
}
