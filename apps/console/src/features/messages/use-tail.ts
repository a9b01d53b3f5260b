"use client"
import { useEffect, useState } from "react"
import { useTRPCClient } from "../../trpc/client.ts"
import { callFailure } from "../../trpc/failure.ts"
import type { Message } from "../../trpc/types.ts"

const keptRecords = 200

export interface Tail {
  /** Newest first. */
  messages: readonly Message[]
  /** Left out because of the rate cap. */
  skipped: number
  isConnected: boolean
  problem: string | undefined
}

const nothing: Tail = { messages: [], skipped: 0, isConnected: false, problem: undefined }

/** Records as they are written, as many as fit on the screen; the rest is counted. */
export function useTail({
  cluster,
  topic,
  partition,
  isOn,
}: {
  cluster: string
  topic: string
  partition: number | null
  isOn: boolean
}): Tail {
  const client = useTRPCClient()
  const [tail, setTail] = useState(nothing)
  useEffect(() => {
    if (!isOn || cluster === "" || topic === "") return
    let timer: ReturnType<typeof setTimeout> | undefined
    let subscription: { unsubscribe: () => void } | undefined
    const input = { cluster, topic, maxValueBytes: 512, maxPerSecond: 50, ...(partition === null ? {} : { partitions: [partition] }) }
    const again = (afterMs: number) => {
      subscription?.unsubscribe()
      timer = setTimeout(start, afterMs)
    }
    function start() {
      subscription = client.messages.tail.subscribe(input, {
        onData: ({ data: event }) => {
          if (event.type === "reconnect") again(event.afterMs)
          else setTail((was) => after(was, event))
        },
        onError: (error) => {
          setTail((was) => ({ ...was, isConnected: false, problem: callFailure(error).message }))
          again(3000)
        },
      })
    }
    start()
    return () => {
      clearTimeout(timer)
      subscription?.unsubscribe()
      setTail(nothing)
    }
  }, [client, cluster, topic, partition, isOn])
  return tail
}

type TailEvent = { type: "started" } | { type: "messages"; messages: Message[]; skipped: number } | { type: "failed"; message: string }

function after(was: Tail, event: TailEvent): Tail {
  switch (event.type) {
    case "started":
      return { ...was, isConnected: true, problem: undefined }
    case "failed":
      return { ...was, isConnected: false, problem: event.message }
    case "messages":
      return {
        messages: [...event.messages.toReversed(), ...was.messages].slice(0, keptRecords),
        skipped: was.skipped + event.skipped,
        isConnected: true,
        problem: undefined,
      }
  }
}
