"use client"
import { useMemo, useState } from "react"
import type { FormEdit } from "../../components/resource/schema-types.ts"
import { pathText } from "../../components/resource/schema-types.ts"
import { readDraft, setInDraft } from "./draft.ts"
import { rebase } from "./rebase.ts"

/** What others changed since the edit began. */
export interface Meanwhile {
  taken: readonly string[]
  kept: readonly string[]
}

interface Edited extends Meanwhile {
  /** The text that the draft is a change of. */
  base: string
  yaml: string
}

/**
 * Form and text over one value. What is typed in the form and is no value yet keeps its message and changes nothing. When `original` moves,
 * because somebody else changed it, fields that were not touched here move along.
 */
export function useDraft(original: string) {
  const [edited, setEdited] = useState<Edited>({ base: original, yaml: original, taken: [], kept: [] })
  const [rejected, setRejected] = useState<ReadonlyMap<string, string>>(new Map())
  if (edited.base !== original) {
    const moved = rebase({ base: edited.base, mine: edited.yaml, theirs: original })
    if (moved) {
      setEdited({
        base: original,
        yaml: moved.yaml,
        taken: [...new Set([...edited.taken, ...moved.taken])],
        kept: [...new Set([...edited.kept, ...moved.kept])],
      })
    }
  }
  const { base, yaml, taken, kept } = edited
  const draft = useMemo(() => readDraft(yaml), [yaml])
  const edit: FormEdit = {
    set: (path, value) => setEdited((was) => ({ ...was, yaml: setInDraft(was.yaml, path, value) })),
    reject: (path, message) =>
      setRejected((was) => {
        const next = new Map(was)
        if (message === null) next.delete(pathText(path))
        else next.set(pathText(path), message)
        return next
      }),
  }
  return {
    yaml,
    /** What the edit is compared with. */
    base,
    setYaml: (next: string) => setEdited((was) => ({ ...was, yaml: next })),
    draft,
    edit,
    rejected,
    meanwhile: { taken, kept } satisfies Meanwhile,
    reset: () => {
      setRejected(new Map())
      setEdited({ base: original, yaml: original, taken: [], kept: [] })
    },
    /** The person saw what others changed. */
    dismiss: () => setEdited((was) => ({ ...was, taken: [], kept: [] })),
  }
}
