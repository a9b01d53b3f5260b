// For tests of other packages: a whole broker in this process, the disk it lies on, and a client of nothing but the wire.
export { noResponse } from "../dispatch/define-handler.ts"
export { collecting, type LogLine, startTestBroker, type TestBroker, type TestBrokerOptions } from "./in-process.ts"
export { memoryDisk } from "./memory-disk.ts"
export { WireClient } from "./wire-client.ts"
