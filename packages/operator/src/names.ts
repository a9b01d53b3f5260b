// Names that other programs rely on: annotations, finalizers, field managers.

export const annotations = {
  /** "false": hands off. */
  managed: "rivven.io/managed",
  /** "true": nothing is changed until it is removed. */
  paused: "rivven.io/paused",
  /** Any new value asks for a reconcile now. */
  reconcileAt: "rivven.io/reconcile-at",
  /** "true": needed to delete a topic while the operator denies deletions. */
  allowDeletion: "rivven.io/allow-deletion",
} as const

export const topicFinalizer = "rivven.io/topic"

export const statusManager = "rivven-operator-status"
export const eventController = "rivven.io/operator"
