export { FakeClock } from "./fake-clock.ts"
export { Kubectl, type KubectlOptions, type KubectlResult, type KubectlWatch, obtainKubectl } from "./kubectl.ts"
export { startTempApi, type TempApi, type TempApiOptions } from "./temp-api.ts"
