// CustomResourceDefinition → `Resource`. Refuses at start, with the path, what this server would not enforce.
import { KubeError } from "../../errors.ts"
import { isRecord, textOf } from "../../object.ts"
import { compileJsonPath } from "../json-path.ts"
import { compileObjectSchema, completeJson } from "../schema/metadata.ts"
import type { JsonSchema } from "../schema/schema.ts"
import { ageColumn, type CrdColumn, crdColumn, nameColumn } from "./columns.ts"
import { type Column, defineResource, type Resource, type ScalePaths } from "./resource.ts"

export type Crd = {
  apiVersion: string
  kind: string
  metadata: { name: string }
  spec: {
    group: string
    scope: string
    names: { kind: string; listKind?: string; plural: string; singular?: string; shortNames?: string[]; categories?: string[] }
    versions: CrdVersion[]
  }
}

type CrdVersion = {
  name: string
  served: boolean
  storage: boolean
  subresources?: {
    status?: object
    scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string }
  }
  selectableFields?: { jsonPath: string }[]
  additionalPrinterColumns?: CrdColumn[]
  schema: { openAPIV3Schema: JsonSchema }
}

export function resourceOfCrd(given: object): Resource {
  const crd = parseCrd(given)
  const { group, names, scope, versions } = crd.spec
  const [version, ...others] = versions.filter((each) => each.served)
  if (!version || others.length > 0) throw new KubeError("BadCrd", `${crd.metadata.name}: exactly one version must be served`)
  const own = version.schema.openAPIV3Schema
  try {
    return defineResource({
      group,
      version: version.name,
      kind: names.kind,
      plural: names.plural,
      singular: names.singular ?? names.kind.toLowerCase(),
      shortNames: names.shortNames ?? [],
      categories: names.categories ?? [],
      isNamespaced: scope === "Namespaced",
      schema: compileObjectSchema(own),
      json: completeJson(own),
      columns: columnsOf(version),
      selectable: selectableOf(version),
      hasStatus: version.subresources?.status !== undefined,
      scale: scaleOf(version),
      hasGeneration: true,
      allowsUnconditionalUpdate: false,
      isStrategic: false,
    })
  } catch (error) {
    if (!(error instanceof KubeError || error instanceof SyntaxError)) throw error
    throw new KubeError("BadCrd", `${crd.metadata.name}: ${error.message}`, { cause: error })
  }
}

function parseCrd(given: object): Crd {
  const crd = given as Partial<Crd>
  const isWhole = crd.kind === "CustomResourceDefinition" && isRecord(crd.metadata) && isRecord(crd.spec)
  if (!isWhole || !isRecord(crd.spec?.names) || !Array.isArray(crd.spec.versions)) {
    throw new KubeError("BadCrd", "a CustomResourceDefinition needs kind, metadata.name, spec.names and spec.versions")
  }
  return given as Crd
}

function columnsOf(version: CrdVersion): Column[] {
  const own = version.additionalPrinterColumns
  return own === undefined ? [nameColumn, ageColumn] : [nameColumn, ...own.map(crdColumn)]
}

function selectableOf(version: CrdVersion): Resource["selectable"] {
  const fields = (version.selectableFields ?? []).map(({ jsonPath }) => {
    const path = compileJsonPath(jsonPath)
    return [jsonPath.replace(/^\./, ""), (object: object) => textOf(path(object)[0])] as const
  })
  return Object.fromEntries(fields)
}

function scaleOf({ subresources }: CrdVersion): ScalePaths | undefined {
  const scale = subresources?.scale
  return scale && { specReplicas: scale.specReplicasPath, statusReplicas: scale.statusReplicasPath, selector: scale.labelSelectorPath }
}
