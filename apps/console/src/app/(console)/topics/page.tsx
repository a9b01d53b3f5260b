import type { Metadata } from "next"
import { TopicsList } from "../../../features/topics/topics-list.tsx"

export const metadata: Metadata = { title: "Topics" }

export default function TopicsPage() {
  return <TopicsList />
}
