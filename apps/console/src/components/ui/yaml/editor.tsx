"use client"
import { closeBrackets } from "@codemirror/autocomplete"
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands"
import { yaml } from "@codemirror/lang-yaml"
import { syntaxHighlighting } from "@codemirror/language"
import { type Diagnostic, setDiagnostics } from "@codemirror/lint"
import { unifiedMergeView } from "@codemirror/merge"
import { Annotation, EditorState, type Extension } from "@codemirror/state"
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view"
import { useEffect, useEffectEvent, useRef, useState } from "react"
import { nonce } from "../../../nonce.ts"
import { completion, type JsonSchema } from "./completion.ts"
import { type OwnerMark, ownerGutter } from "./owner-gutter.ts"
import { highlight, theme } from "./theme.ts"

export interface YamlMessage {
  from: number
  to: number
  severity: "error" | "warning"
  message: string
}

export interface YamlEditorProps {
  label: string
  value: string
  /** Without it the text is for reading only. */
  onChange?: (value: string) => void
  /** What it was: removed lines stay visible in red, new ones are green. */
  original?: string
  messages?: readonly YamlMessage[]
  /** Who owns the fields of the original, by line. */
  owners?: readonly OwnerMark[]
  schema?: JsonSchema
}

/** Set by the form, not typed here. */
const fromOutside = Annotation.define<boolean>()

export default function YamlEditor({ label, value, onChange, original, messages, owners, schema }: YamlEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<EditorView | null>(null)
  const changed = useEffectEvent((text: string) => onChange?.(text))
  const initial = useEffectEvent(() => value)
  const isReadOnly = onChange === undefined

  useEffect(() => {
    if (!host.current) return
    const extensions: Extension[] = [
      owners && owners.length > 0 ? ownerGutter(owners) : [],
      lineNumbers(),
      drawSelection(),
      history(),
      closeBrackets(),
      yaml(),
      syntaxHighlighting(highlight),
      theme,
      EditorView.lineWrapping,
      EditorView.cspNonce.of(nonce() ?? ""),
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
      // Escape, then Tab leaves the editor; Tab alone indents.
      keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
      EditorState.readOnly.of(isReadOnly),
      EditorState.tabSize.of(2),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !update.transactions.some((each) => each.annotation(fromOutside))) changed(update.state.doc.toString())
      }),
    ]
    if (original !== undefined)
      extensions.push(unifiedMergeView({ original, mergeControls: false, highlightChanges: false, gutter: true, allowInlineDiffs: false }))
    if (schema && !isReadOnly) extensions.push(completion(schema))
    const next = new EditorView({ parent: host.current, state: EditorState.create({ doc: initial(), extensions }) })
    // oxlint-disable-next-line react/set-state-in-effect -- the editor belongs to the element, which exists after the render only
    setView(next)
    return () => next.destroy()
  }, [label, original, owners, schema, isReadOnly])

  useEffect(() => {
    if (!view || view.state.doc.toString() === value) return
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value }, annotations: fromOutside.of(true) })
  }, [view, value])

  useEffect(() => {
    if (!view) return
    const length = view.state.doc.length
    const diagnostics: Diagnostic[] = (messages ?? []).map(({ from, to, ...rest }) => ({
      from: Math.min(from, length),
      to: Math.min(to, length),
      ...rest,
    }))
    view.dispatch(setDiagnostics(view.state, diagnostics))
  }, [view, messages])

  return (
    <div
      ref={host}
      className="min-h-40 overflow-hidden rounded-b-3 bg-sunken focus-within:outline-2 focus-within:-outline-offset-2 focus-within:outline-accent"
    />
  )
}
