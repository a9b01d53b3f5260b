// Which namespaces a cluster admits. Same: its own alone.
import { type KubeClient, resourceTypes } from "@rivven/kube"
import type { RivvenCluster } from "@rivven/resources"

type Labels = Readonly<Record<string, string>>

export function isNamespaceAllowed({ metadata, spec }: RivvenCluster, asking: { namespace: string; labels: Labels }): boolean {
  if (asking.namespace === metadata.namespace) return true
  const { from, selector } = spec.allowedNamespaces
  if (from === "Selector") return selector !== undefined && matchesSelector(selector, asking.labels)
  return from === "All"
}

/** Read only where they decide. */
export async function namespaceLabels(kube: KubeClient, cluster: RivvenCluster, namespace: string): Promise<Labels> {
  if (cluster.spec.allowedNamespaces.from !== "Selector" || namespace === cluster.metadata.namespace) return {}
  const found = await kube.get(resourceTypes.namespaces, { name: namespace })
  return found?.metadata.labels ?? {}
}

type Expression = { key: string; operator: string; values?: string[] }

/** A Kubernetes label selector. An operator we do not know matches nothing. */
export function matchesSelector(selector: Readonly<Record<string, unknown>>, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector as { matchLabels?: Labels; matchExpressions?: Expression[] }
  const hasLabels = Object.entries(matchLabels).every(([name, value]) => labels[name] === value)
  return hasLabels && matchExpressions.every((expression) => matchesExpression(expression, labels))
}

function matchesExpression({ key, operator, values = [] }: Expression, labels: Labels): boolean {
  const value = labels[key]
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value)
    case "NotIn":
      return value === undefined || !values.includes(value)
    case "Exists":
      return value !== undefined
    case "DoesNotExist":
      return value === undefined
    default:
      return false
  }
}
