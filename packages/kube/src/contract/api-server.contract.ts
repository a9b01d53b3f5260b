// The whole contract: what this package relies on in an API server, and what the embedded one promises. Runs unchanged against both.

import type { Use } from "./api-under-test.ts"
import { applyContract } from "./apply.contract.ts"
import { coreKindsContract } from "./core-kinds.contract.ts"
import { deletionContract } from "./deletion.contract.ts"
import { discoveryContract } from "./discovery.contract.ts"
import { listsContract } from "./lists.contract.ts"
import { objectsContract } from "./objects.contract.ts"
import { ownersContract } from "./owners.contract.ts"
import { patchesContract } from "./patches.contract.ts"
import { statusContract } from "./status.contract.ts"
import { tablesContract } from "./tables.contract.ts"
import { validationContract } from "./validation.contract.ts"
import { watchesContract } from "./watches.contract.ts"

export function apiServerContract(use: Use): void {
  discoveryContract(use)
  objectsContract(use)
  patchesContract(use)
  validationContract(use)
  statusContract(use)
  applyContract(use)
  ownersContract(use)
  listsContract(use)
  watchesContract(use)
  deletionContract(use)
  tablesContract(use)
  coreKindsContract(use)
}
