"use client"
import { useEffect, useRef, useState } from "react"
import { CopyId } from "../../components/ui/copy-id.tsx"
import { Logo } from "../../components/ui/icon.tsx"
import { StatusLabel, StatusShape } from "../../components/ui/status-shape.tsx"
import { ToastHost } from "../../components/ui/toast.tsx"
import { returnPath, signInWithLink, takeLinkSecret } from "./sign-in-link.ts"

/** undefined while the link is tried; then what was wrong with it, or null when there was none. */
type Outcome = string | null | undefined

const command = "npm start -- --link"
/** The same where the command is installed by itself. */
const installedCommand = "rivven up --link"

async function signIn(): Promise<Outcome> {
  const secret = takeLinkSecret()
  if (secret === null) return null
  const result = await signInWithLink(secret)
  if (!result.ok) return result.message
  // A full load, so that nothing of an earlier session stays in memory.
  window.location.replace(returnPath(window.location.search))
  return undefined
}

/** Signs in by the one-time link; without one it says how to get one. */
export function SignIn() {
  const [problem, setProblem] = useState<Outcome>(undefined)
  const hasStarted = useRef(false)
  useEffect(() => {
    if (hasStarted.current) return
    hasStarted.current = true
    void signIn().then(setProblem)
  }, [])
  useEffect(() => {
    // A link pasted into this tab changes the fragment only and loads nothing.
    const onLink = () => void signIn().then((outcome) => outcome !== null && setProblem(outcome))
    window.addEventListener("hashchange", onLink)
    return () => window.removeEventListener("hashchange", onLink)
  }, [])
  return (
    <main className="grid min-h-screen place-items-center bg-bg px-4 pb-[16vh]">
      <section aria-labelledby="sign-in" className="w-95 max-w-full rounded-3 border border-line bg-panel px-5 py-[18px]">
        <Logo className="size-5.5" />
        <h1 id="sign-in" className="mt-1.5 mb-2.5 text-15">
          Sign in to Rivven
        </h1>
        <div aria-live="polite" className="min-h-32">
          {problem === undefined ? <StatusLabel status="busy">Signing in with your link</StatusLabel> : <Explanation problem={problem} />}
        </div>
      </section>
      <ToastHost />
    </main>
  )
}

function Explanation({ problem }: { problem: string | null }) {
  return (
    <>
      {problem ? (
        <p role="alert" className="mb-3 flex items-baseline gap-2">
          <StatusShape status="bad" />
          <span className="font-mid">{problem}</span>
        </p>
      ) : null}
      <p className="text-soft">
        {problem ? "Get a new one" : "This console opens with a one-time link"} from the machine that runs Rivven. In a terminal there, in
        the folder you started it from, run
      </p>
      <div className="my-2.5 flex h-9 items-center rounded-2 border border-line bg-sunken pr-1 pl-2.5">
        <code className="mono flex-1 text-ink">{command}</code>
        <CopyId text={command} what="the command" />
      </div>
      <p className="mb-1.5 text-12 text-dim">
        With the <code className="mono">rivven</code> command installed: <code className="mono text-soft">{installedCommand}</code>
      </p>
      <p className="text-12 text-dim">Then open the link it prints. It works once, for 10 minutes, and only on that machine.</p>
    </>
  )
}
