import type { Metadata } from "next"
import { GroupsList } from "../../../features/groups/groups-list.tsx"

export const metadata: Metadata = { title: "Groups" }

export default function GroupsPage() {
  return <GroupsList />
}
