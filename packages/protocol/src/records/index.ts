/** Record batches (magic 2): headers, records, control markers, CRC-32C and the five codecs. */
export * from "./batch.ts"
export { CompressionError } from "./compression/bounds.ts"
export { type CompressOptions, compress, type DecompressOptions, decompress, defaultMaxOutputBytes } from "./compression/index.ts"
export * from "./control.ts"
export { crc32c, crc32cInJavaScript, isCrcNative } from "./crc32c.ts"
export { type DecodedBatch, decodeBatch } from "./decode-batch.ts"
export { type BatchInput, encodeBatch } from "./encode-batch.ts"
export type { KafkaRecord, RecordHeader, RecordInput } from "./record.ts"
