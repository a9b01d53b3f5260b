"use client"
import { lazy, Suspense, useMemo, useState } from "react"
import type { Column } from "../../components/resource/columns.ts"
import { failureOf, noticesOf } from "../../components/resource/failure.ts"
import { SmallTable } from "../../components/resource/small-table.tsx"
import { IconButton } from "../../components/ui/button.tsx"
import { FactChip } from "../../components/ui/chip.tsx"
import { EmptyState } from "../../components/ui/empty-state.tsx"
import { Segmented } from "../../components/ui/segmented.tsx"
import { StatusShape } from "../../components/ui/status-shape.tsx"
import { useTRPC, useTRPCClient } from "../../trpc/client.ts"
import type { ConfigRow } from "../../trpc/types.ts"
import { useLiveQuery } from "../../trpc/use-live-query.ts"
import { sourceWords } from "./config-sources.ts"

function columnsOf(onOpen: (row: ConfigRow) => void, isEditable: boolean): Column<ConfigRow>[] {
  return [
    {
      id: "name",
      header: "Config",
      width: 270,
      cell: (row) => (
        <button
          type="button"
          className="block max-w-full truncate font-mid text-ink hover:text-accent"
          title={row.name}
          onClick={() => onOpen(row)}
        >
          {row.name}
        </button>
      ),
    },
    {
      id: "value",
      header: "Value",
      width: 170,
      isNumber: true,
      cell: (row) => (
        <span title={row.value ?? undefined} className={row.source === "resource" || row.source === "topic" ? "text-ink" : "text-dim"}>
          {row.isSensitive ? "hidden" : row.valueText || "empty"}
        </span>
      ),
    },
    {
      id: "source",
      header: "Source",
      width: 130,
      cell: (row) =>
        row.source === "default" ? <span className="text-12 text-dim">default</span> : <FactChip>{sourceWords[row.source]}</FactChip>,
    },
    {
      id: "documentation",
      header: "What it does",
      width: 240,
      isName: true,
      cell: (row) => (
        <span className="text-12" title={row.documentation}>
          {row.risk ? <StatusShape status="warn" size="size-2" className="mr-1.5" /> : null}
          {row.documentation}
        </span>
      ),
    },
    {
      id: "edit",
      header: "",
      label: "Change",
      width: 52,
      cell: (row) =>
        isEditable && row.field && !row.isReadOnly ? (
          <IconButton icon="edit" label={`Change ${row.name}`} className="-my-1 ml-auto size-6" onClick={() => onOpen(row)} />
        ) : null,
    },
  ]
}

const ConfigDrawer = lazy(() => import("./config-drawer.tsx"))

/** Every config of the topic with where its value comes from; a row opens what it means and how to change it. */
export function ConfigsTab({ cluster, topic, isEditable }: { cluster: string; topic: string; isEditable: boolean }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const [which, setWhich] = useState<"all" | "set">("all")
  const [opened, setOpened] = useState<string | null>(null)
  const { data, error, refetch } = useLiveQuery({
    queryKey: trpc.topics.configs.queryKey({ cluster, topic }),
    queryFn: () => client.topics.configs.query({ cluster, topic }),
    keys: [
      { of: "topics", cluster, name: topic },
      { of: "resources", cluster },
    ],
    isEnabled: cluster !== "",
  })
  const columns = useMemo(() => columnsOf((row) => setOpened(row.name), isEditable), [isEditable])
  const rows = data?.data.filter((row) => which === "all" || row.source === "resource" || row.source === "topic")
  const row = data?.data.find(({ name }) => name === opened)
  return (
    <>
      <SmallTable
        label="Configs"
        title="Configs"
        note={
          data ? `${data.data.filter(({ source }) => source === "resource" || source === "topic").length} set on this topic` : undefined
        }
        aside={
          <Segmented
            isSmall
            label="Which configs"
            value={which}
            onChoose={setWhich}
            segments={[
              { value: "all", label: "All" },
              { value: "set", label: "Set here" },
            ]}
          />
        }
        columns={columns}
        rows={rows}
        idOf={({ name }) => name}
        failure={error ? failureOf(error, { what: "read the configs", onRetry: () => void refetch() }) : undefined}
        notices={noticesOf(data?.degraded ?? [])}
        empty={
          <EmptyState mark="columns" title="Nothing is set on this topic">
            All values come from the broker or are defaults.
          </EmptyState>
        }
      />
      <Suspense fallback={null}>
        {row ? (
          <ConfigDrawer key={row.name} cluster={cluster} topic={topic} row={row} isEditable={isEditable} onClose={() => setOpened(null)} />
        ) : null}
      </Suspense>
    </>
  )
}
