// The one decision about who may do what. Nothing else in this package looks at a role. In this version there is one subject, the person
// who owns the machine; everybody else gets nothing.

export const verbs = ["list", "describe", "read-messages", "create", "alter", "delete", "own"] as const
export type Verb = (typeof verbs)[number]

/** What can be asked for. `session` is a person's own: its only verb is `own`. */
export const kinds = ["session", "cluster", "topic", "group", "alert"] as const
export type Kind = (typeof kinds)[number]

export type Subject = { kind: "anonymous" } | { kind: "user"; name: string; role: "local-admin" }

/** The object of a request. `cluster` or `name` is undefined when the request is about all of them: the answer is filtered. */
export type Target = { kind: Kind; cluster: string | undefined; name: string | undefined }

export const anonymous: Subject = { kind: "anonymous" }

export function can(subject: Subject, verb: Verb, _target: Target): boolean {
  switch (subject.kind) {
    case "anonymous":
      return false
    case "user":
      return verbsOf(subject.role).includes(verb)
  }
}

function verbsOf(role: "local-admin"): readonly Verb[] {
  switch (role) {
    case "local-admin":
      return verbs
  }
}

/** What can be asked of each kind. */
const verbsOfKind: Record<Kind, readonly Verb[]> = {
  session: ["own"],
  cluster: ["describe"],
  topic: ["list", "describe", "read-messages", "create", "alter", "delete"],
  group: ["list", "describe"],
  alert: ["list"],
}

/** Everything that `can` grants, for the browser to grey out the rest. */
export function grantsOf(subject: Subject): { kind: Kind; verbs: Verb[] }[] {
  return kinds.map((kind) => ({
    kind,
    verbs: verbsOfKind[kind].filter((verb) => can(subject, verb, { kind, cluster: undefined, name: undefined })),
  }))
}
