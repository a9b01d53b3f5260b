export { FakeClock } from "./fake-clock.ts"
export { startTempApi, type TempApi, type TempApiOptions } from "./temp-api.ts"
