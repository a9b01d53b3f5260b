/** Why a node could not start or a setting was refused. */
export type NodeErrorCode = "CONFIG_INVALID" | "PORT_TAKEN" | "DATA_DIR_LOCKED" | "ENGINE_FAILED"

export class NodeError extends Error {
  readonly code: NodeErrorCode

  constructor(code: NodeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "NodeError"
    this.code = code
  }
}
