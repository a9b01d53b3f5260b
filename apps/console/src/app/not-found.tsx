import type { Metadata } from "next"
import Link from "next/link"
import { Logo } from "../components/ui/icon.tsx"

export const metadata: Metadata = { title: "Not found" }

/** Stands outside the shell, because it is shown without a session too. */
export default function NotFound() {
  return (
    <main className="grid min-h-screen place-items-center bg-bg px-4 pb-[16vh]">
      <section className="w-95 max-w-full rounded-3 border border-line bg-panel px-5 py-[18px]">
        <Logo className="size-5.5" />
        <h1 className="mt-1.5 mb-2 text-15">There is no page at this address</h1>
        <p className="mb-3 text-soft">It may be mistyped, or what it showed lives under another name now.</p>
        <Link href="/" prefetch={false} className="link">
          Go to the overview
        </Link>
      </section>
    </main>
  )
}
