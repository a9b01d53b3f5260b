/** xxHash, 32 bits, seed 0: the checksum of LZ4 frames. */

const p1 = 0x9e37_79b1
const p2 = 0x85eb_ca77
const p3 = 0xc2b2_ae3d
const p4 = 0x27d4_eb2f
const p5 = 0x1656_67b1

export function xxh32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = bytes.byteLength
  let at = 0
  let hash = p5
  if (size >= 16) {
    let [a, b, c, d] = [(p1 + p2) | 0, p2 | 0, 0, -p1 | 0]
    for (; at <= size - 16; at += 16) {
      a = round(a, view.getUint32(at, true))
      b = round(b, view.getUint32(at + 4, true))
      c = round(c, view.getUint32(at + 8, true))
      d = round(d, view.getUint32(at + 12, true))
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0
  }
  hash = (hash + size) | 0
  for (; at <= size - 4; at += 4) hash = Math.imul(rotate((hash + Math.imul(view.getUint32(at, true), p3)) | 0, 17), p4)
  for (; at < size; at += 1) hash = Math.imul(rotate((hash + Math.imul(view.getUint8(at), p5)) | 0, 11), p1)
  hash = Math.imul(hash ^ (hash >>> 15), p2)
  hash = Math.imul(hash ^ (hash >>> 13), p3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, p2)) | 0, 13), p1)
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
