import { Link } from "../../app/navigation.tsx"
import { topicHref } from "./topic-columns.tsx"

export function EditCrumbs({ cluster, topic }: { cluster: string; topic: string }) {
  return (
    <>
      <Link href="/topics" className="hover:text-ink">
        Topics
      </Link>{" "}
      /{" "}
      {topic ? (
        <>
          <Link href={topicHref(cluster, topic)} className="hover:text-ink">
            {topic}
          </Link>{" "}
          /
        </>
      ) : null}
    </>
  )
}
