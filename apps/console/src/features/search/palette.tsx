"use client"
import { Command } from "cmdk"
import { Dialog } from "radix-ui"
import { type ReactNode, useDeferredValue, useState } from "react"
import { useGo } from "../../app/navigation.tsx"
import { known } from "../../components/resource/cell.tsx"
import { useCluster } from "../../components/resource/use-cluster.ts"
import { Icon, type IconName } from "../../components/ui/icon.tsx"
import { Kbd } from "../../components/ui/kbd.tsx"
import { StatusShape } from "../../components/ui/status-shape.tsx"
import { formatDuration, plural } from "../../format.ts"
import { setPreferences } from "../../preferences.ts"
import { useTRPCClient } from "../../trpc/client.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"

interface Action {
  label: string
  icon: IconName
  note?: string
  run: (go: (href: string) => void) => void
}

const actions: readonly Action[] = [
  { label: "Create topic", icon: "plus", run: (go) => go("/topics/edit") },
  { label: "Go to overview", icon: "overview", note: "g o", run: (go) => go("/") },
  { label: "Go to topics", icon: "topics", note: "g t", run: (go) => go("/topics") },
  { label: "Go to groups", icon: "groups", note: "g c", run: (go) => go("/groups") },
  { label: "Go to alerts", icon: "alerts", note: "g l", run: (go) => go("/alerts") },
  { label: "Light theme", icon: "panel", run: () => setPreferences({ theme: "light" }) },
  { label: "Dark theme", icon: "panel", run: () => setPreferences({ theme: "dark" }) },
]

/** Everything by name: pages, actions, topics, groups. The server finds; nothing is filtered twice. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("")
  const go = useGo()
  const follow = (href: string) => {
    onClose()
    go(href)
  }
  const words = text.trim().toLowerCase().split(/\s+/)
  const fitting = actions.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)))
  const { topics, groups, cluster } = useFound(text.trim())
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="appears fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="floats fixed top-[14vh] left-1/2 z-40 w-[min(560px,calc(100vw-32px))] -translate-x-1/2 overflow-hidden rounded-3 bg-raised shadow-float focus:outline-none"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Command shouldFilter={false} label="Search and commands" loop>
            <div className="flex h-10 items-center gap-[9px] border-b border-line px-3">
              <Icon name="search" className="text-dim" />
              <Command.Input
                value={text}
                onValueChange={setText}
                placeholder="Search topics and groups, or do something"
                className="min-w-0 flex-1 bg-transparent focus:shadow-none focus:outline-none"
              />
              <Kbd>Esc</Kbd>
            </div>
            <Command.List className="max-h-[52vh] overflow-auto p-1">
              <Command.Empty className="px-2 py-6 text-center text-12 text-dim">Nothing here has this name</Command.Empty>
              <Section title="Actions">
                {fitting.map(({ label, icon, note, run }) => (
                  <Item
                    key={label}
                    value={`action ${label}`}
                    icon={icon}
                    note={note}
                    onSelect={() => {
                      onClose()
                      run(go)
                    }}
                  >
                    {label}
                  </Item>
                ))}
              </Section>
              <Section title="Groups">
                {groups.map(({ group, status, lagSeconds }) => {
                  const behind = known(lagSeconds)
                  return (
                    <Item
                      key={group}
                      value={`group ${group}`}
                      icon="groups"
                      note={behind === null ? undefined : `${formatDuration(behind * 1000)} behind`}
                      onSelect={() => follow(`/groups/view?${new URLSearchParams({ cluster, group })}`)}
                    >
                      {group} {status === "bad" || status === "warn" ? <StatusShape status={status} /> : null}
                    </Item>
                  )
                })}
              </Section>
              <Section title="Topics">
                {topics.map(({ name, partitions }) => {
                  const count = known(partitions)
                  return (
                    <Item
                      key={name}
                      value={`topic ${name}`}
                      icon="topics"
                      note={count === null ? undefined : plural(count, "partition")}
                      onSelect={() => follow(`/topics/view?${new URLSearchParams({ cluster, topic: name })}`)}
                    >
                      {name}
                    </Item>
                  )
                })}
              </Section>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** Also what comes to be while the palette is open. */
function useFound(text: string) {
  const cluster = useCluster()
  const client = useTRPCClient()
  const filter = useDeferredValue(text)
  const topics = useLiveQuery({
    queryKey: ["search", "topics", cluster, filter],
    queryFn: () => client.topics.list.query({ cluster, filter, limit: 6, sortBy: "name" }),
    keys: [{ of: "topics", cluster }],
    isEnabled: cluster !== "",
  })
  const groups = useLiveQuery({
    queryKey: ["search", "groups", cluster, filter],
    queryFn: () => client.groups.list.query({ cluster, filter, limit: 6 }),
    keys: [{ of: "groups", cluster }],
    isEnabled: cluster !== "",
  })
  return { cluster, topics: topics.data?.data.rows ?? [], groups: groups.data?.data.rows ?? [] }
}

function Section({ title, children }: { title: string; children: ReactNode[] }) {
  if (children.length === 0) return null
  return (
    <Command.Group
      heading={title}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-1.5 [&_[cmdk-group-heading]]:pb-[3px] [&_[cmdk-group-heading]]:text-11 [&_[cmdk-group-heading]]:text-dim"
    >
      {children}
    </Command.Group>
  )
}

function Item({
  value,
  icon,
  note,
  onSelect,
  children,
}: {
  value: string
  icon: IconName
  note: string | undefined
  onSelect: () => void
  children: ReactNode
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="group flex h-7 items-center gap-2 rounded-2 px-2 whitespace-nowrap data-[selected=true]:bg-accent-soft"
    >
      <Icon name={icon} className="text-dim" />
      <span className="flex min-w-0 items-center gap-1.5 truncate">{children}</span>
      <span className="ml-auto pl-3 text-12 text-dim tabular-nums">{note}</span>
      <span className="hidden group-data-[selected=true]:inline">
        <Kbd>Enter</Kbd>
      </span>
    </Command.Item>
  )
}
