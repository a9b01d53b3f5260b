import { HighlightStyle } from "@codemirror/language"
import { EditorView } from "@codemirror/view"
import { tags } from "@lezer/highlight"

/** Keys in ink, values soft, comments dim: colour is left to what changed and what is wrong. */
export const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--color-ink)" },
  { tag: [tags.string, tags.content, tags.number, tags.bool, tags.keyword, tags.attributeValue], color: "var(--color-soft)" },
  { tag: [tags.comment, tags.meta, tags.punctuation, tags.separator], color: "var(--color-dim)" },
])

export const theme = EditorView.theme({
  "&": { backgroundColor: "var(--color-sunken)", color: "var(--color-soft)", fontSize: "12px" },
  "&.cm-focused": { outline: "none" },
  ".cm-content:focus-visible": { boxShadow: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "20px", letterSpacing: "-0.15px" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--color-ink)" },
  ".cm-cursor": { borderLeftColor: "var(--color-ink)" },
  ".cm-gutters": { backgroundColor: "var(--color-sunken)", color: "var(--color-dim)", border: "0", fontSize: "11px" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "26px", padding: "0 6px 0 2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--color-accent-soft)",
  },
  ".cm-changedLine, &.cm-merge-b .cm-changedLine": { backgroundColor: "var(--color-ok-soft)" },
  "&.cm-merge-b .cm-changedText": { background: "none" },
  ".cm-deletedChunk": { backgroundColor: "var(--color-bad-soft)", color: "var(--color-bad)", paddingLeft: "6px" },
  ".cm-deletedChunk .cm-deletedText": { background: "none", color: "var(--color-bad)" },
  ".cm-deletedLine, .cm-deletedChunk del": { textDecoration: "none", color: "var(--color-bad)" },
  ".cm-deletedChunk *": { color: "var(--color-bad) !important" },
  ".cm-changeGutter": { width: "3px", paddingLeft: "1px" },
  ".cm-changedLineGutter": { background: "var(--color-ok)" },
  ".cm-deletedLineGutter": { background: "var(--color-bad)" },
  ".cm-tooltip": {
    background: "var(--color-raised)",
    color: "var(--color-soft)",
    border: "0",
    borderRadius: "5px",
    boxShadow: "var(--shadow-float)",
    fontFamily: "var(--font-sans)",
    fontSize: "12px",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", maxHeight: "220px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--color-accent-soft)", color: "var(--color-ink)" },
  ".cm-completionInfo": { maxWidth: "320px", padding: "6px 8px" },
  ".cm-diagnostic": { padding: "5px 8px", borderLeft: "0" },
  ".cm-diagnostic-error": { color: "var(--color-bad)" },
  ".cm-diagnostic-warning": { color: "var(--color-warn)" },
  ".cm-owner": { width: "22px", textAlign: "center" },
  ".cm-owner-mark": { display: "block", width: "11px", height: "20px", margin: "0 auto", color: "var(--color-dim)" },
  ".cm-owner-mark.is-ours": { color: "var(--color-accent)" },
})
