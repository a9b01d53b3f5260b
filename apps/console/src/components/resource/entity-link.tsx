import { Link } from "../../app/navigation.tsx"
import type { EntityRef, Sentence } from "../../trpc/types.ts"

/** Where an entity is shown; its name stands in the query, so that any name works. */
export function entityHref({ kind, cluster, name }: EntityRef): string {
  const query = (fields: Record<string, string>) => new URLSearchParams({ cluster, ...fields }).toString()
  switch (kind) {
    case "topic":
      return `/topics/view?${query({ topic: name })}`
    case "resource":
      return `/topics/view?${query({ topic: name.split("/").at(-1) ?? name })}`
    case "group":
      return `/groups/view?${query({ group: name })}`
    case "alert":
      return `/alerts?${query({ rule: name })}`
    case "cluster":
      return `/?${query({})}`
  }
}

const kindWords: Record<EntityRef["kind"], string> = {
  cluster: "Cluster",
  topic: "Topic",
  group: "Group",
  alert: "Alert",
  resource: "Resource",
}

export function entityKind({ kind }: EntityRef): string {
  return kindWords[kind]
}

/** A sentence of the server; what it names is a link. */
export function SentenceText({ parts, isUnderlined = false }: { parts: Sentence; isUnderlined?: boolean }) {
  return parts.map((part, at) => {
    const key = `${at}${part.text}`
    if (part.link) {
      return (
        <Link
          key={key}
          href={entityHref(part.link)}
          className={
            isUnderlined ? "border-b border-line-strong hover:border-accent hover:text-accent" : "font-mid text-ink hover:text-accent"
          }
        >
          {part.text}
        </Link>
      )
    }
    return part.isStrong ? (
      <b key={key} className="font-mid text-ink">
        {part.text}
      </b>
    ) : (
      part.text
    )
  })
}
