/** Formats that clients and the group coordinator store inside opaque bytes. */
export { ConsumerProtocolAssignment } from "./consumer-protocol-assignment.ts"
export { ConsumerProtocolSubscription } from "./consumer-protocol-subscription.ts"
export { GroupMetadataKey } from "./group-metadata-key.ts"
export { GroupMetadataValue } from "./group-metadata-value.ts"
export { OffsetCommitKey } from "./offset-commit-key.ts"
export { OffsetCommitValue } from "./offset-commit-value.ts"
