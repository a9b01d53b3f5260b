import type { Metadata } from "next"
import { EditPage } from "../../../../features/topics/edit-page.tsx"

export const metadata: Metadata = { title: "Edit topic" }

export default function TopicEditPage() {
  return <EditPage />
}
