// Every connector with a typed block. One more: its schema file, a line here, its code in the connect package.
import { datagen } from "./datagen.ts"
import { httpSink } from "./http-sink.ts"
import { httpSource } from "./http-source.ts"
import { mysqlCdc } from "./mysql-cdc.ts"
import { postgresCdc } from "./postgres-cdc.ts"
import { s3Sink } from "./s3-sink.ts"
import { stdoutSink } from "./stdout-sink.ts"

/** By the name of the block in `spec.sources[]`. */
export const sourceConnectors = { postgresCdc, mysqlCdc, datagen, http: httpSource } as const

/** By the name of the block in `spec.sinks[]`. */
export const sinkConnectors = { s3: s3Sink, http: httpSink, stdout: stdoutSink } as const

export type SourceBlock = keyof typeof sourceConnectors
export type SinkBlock = keyof typeof sinkConnectors

export type { Connector } from "./connector.ts"
