/** Kafka's murmur2 (seed 0x9747b28c) over 32-bit words, bit for bit as `org.apache.kafka.common.utils.Utils.murmur2`. */
const multiplier = 0x5bd1e995

export function murmur2(data: Uint8Array): number {
  let hash = 0x9747b28c ^ data.length
  const words = data.length >>> 2
  for (let word = 0; word < words; word++) {
    const at = word * 4
    let k = (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16) | ((data[at + 3] ?? 0) << 24) | 0
    k = Math.imul(k, multiplier)
    k ^= k >>> 24
    hash = Math.imul(hash, multiplier) ^ Math.imul(k, multiplier)
  }
  const tail = words * 4
  const rest = data.length - tail
  if (rest === 3) hash ^= (data[tail + 2] ?? 0) << 16
  if (rest >= 2) hash ^= (data[tail + 1] ?? 0) << 8
  if (rest >= 1) hash = Math.imul(hash ^ (data[tail] ?? 0), multiplier)
  hash ^= hash >>> 13
  hash = Math.imul(hash, multiplier)
  return (hash ^ (hash >>> 15)) | 0
}
