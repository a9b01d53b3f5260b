"use client"
import { useMemo, useState } from "react"
import type { FormEdit } from "../../components/resource/schema-types.ts"
import { pathText } from "../../components/resource/schema-types.ts"
import { readDraft, setInDraft } from "./draft.ts"

/** Form and text over one value. What is typed in the form and is no value yet keeps its message and changes nothing. */
export function useDraft(original: string) {
  const [yaml, setYaml] = useState(original)
  const [rejected, setRejected] = useState<ReadonlyMap<string, string>>(new Map())
  const draft = useMemo(() => readDraft(yaml), [yaml])
  const edit: FormEdit = {
    set: (path, value) => setYaml((was) => setInDraft(was, path, value)),
    reject: (path, message) =>
      setRejected((was) => {
        const next = new Map(was)
        if (message === null) next.delete(pathText(path))
        else next.set(pathText(path), message)
        return next
      }),
  }
  return { yaml, setYaml, draft, edit, rejected, reset: () => setYaml(original) }
}
