import "./globals.css"
import type { Metadata } from "next"
import type { ReactNode } from "react"

export const metadata: Metadata = { title: { default: "Rivven", template: "%s · Rivven" } }

/** Theme and density before the first paint. Written without quotes and angle brackets, because React escapes script text. */
const beforePaint =
  "try{const s=localStorage,d=document.documentElement.dataset,t=s.getItem(`rivven-theme`),y=s.getItem(`rivven-density`);" +
  "if(t===`light`||t===`dark`)d.theme=t;if(y)d.density=y}catch{}"

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script>{beforePaint}</script>
      </head>
      <body>{children}</body>
    </html>
  )
}
