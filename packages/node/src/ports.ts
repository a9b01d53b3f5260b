/** What a node needs of a logger; pino's has this shape. The object comes first, the message second. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface NodePorts {
  logger: Logger
}
