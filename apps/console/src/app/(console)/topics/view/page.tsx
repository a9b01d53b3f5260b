import type { Metadata } from "next"
import { Messages } from "../../../../features/messages/messages.tsx"
import { TopicPage } from "../../../../features/topics/topic-page.tsx"

export const metadata: Metadata = { title: "Topic" }

export default function TopicViewPage() {
  return <TopicPage messages={<Messages />} />
}
