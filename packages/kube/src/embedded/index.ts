export { type EmbeddedApi, type EmbeddedApiOptions, startEmbeddedApi } from "./server.ts"
