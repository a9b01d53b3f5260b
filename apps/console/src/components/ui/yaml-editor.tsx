"use client"
import { lazy, Suspense } from "react"
import type { YamlEditorProps } from "./yaml/editor.tsx"

const Editor = lazy(() => import("./yaml/editor.tsx"))

/** YAML with line numbers, marks against what it was, and messages at their lines. Loaded after the rest of the page. */
export function YamlEditor(props: YamlEditorProps) {
  return (
    <Suspense fallback={<pre className="mono min-h-40 overflow-auto bg-sunken px-3 py-2 leading-5 text-soft">{props.value}</pre>}>
      <Editor {...props} />
    </Suspense>
  )
}
