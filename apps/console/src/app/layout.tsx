import "./globals.css"
import type { ReactNode } from "react"

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script>{"try{const t=localStorage.getItem(`rivven-theme`);if(t)document.documentElement.dataset.theme=t}catch{}"}</script>
      </head>
      <body>{children}</body>
    </html>
  )
}
