export type { ErrorView } from "./errors.ts"
export type { AppRouter } from "./root.ts"
