/** Who a request comes from; Kafka prints it as `User:alice`. */
export interface Principal {
  readonly type: "User"
  readonly name: string
}

/** Whoever comes by a listener that asks for no identity, and everybody before authentication. */
export const anonymous: Principal = { type: "User", name: "ANONYMOUS" }
