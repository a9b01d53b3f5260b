import { chromium } from "@playwright/test"
import { startRivven } from "./fixtures/rivven.ts"

await using r = await startRivven()
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] })
const p = await b.newPage()
p.on("request", (q) => q.url().includes("_next") || console.log(">", q.method(), q.url().slice(0, 200), q.postData()?.slice(0, 100)))
p.on(
  "response",
  async (q) =>
    q.url().includes("_next") || console.log("<", q.status(), q.url().slice(0, 120), JSON.stringify(q.headers()["set-cookie"] ?? "")),
)
p.on("pageerror", (e) => console.log("ERR", e.message))
p.on("console", (m) => console.log("C", m.text()))
await p.goto(r.ready.signInLink)
await p.waitForTimeout(5000)
console.log(p.url())
console.log(r.log().slice(0, 3000))
await p.screenshot({ path: "/tmp/dbg.png" })
await b.close()
