/**
 * Arrays as PostgreSQL's own bytes. A Buffer parameter travels in binary form, so a column of thousands of values costs one copy:
 * as text every value would be printed, quoted, escaped here and parsed again there, which was a third of the cost of a bulk insert.
 * The layout is that of array_send: dimensions, null flag, element type, length, first index, then each value behind its length.
 */
type Fixed<T> = { oid: number; bytes: number; write(into: Buffer, at: number, value: T): void }

const header = 20
const noValue = -1

function begin(into: Buffer, oid: number, count: number, hasNull: boolean): void {
  into.writeInt32BE(count === 0 ? 0 : 1, 0)
  into.writeInt32BE(hasNull ? 1 : 0, 4)
  into.writeInt32BE(oid, 8)
  if (count === 0) return
  into.writeInt32BE(count, 12)
  into.writeInt32BE(1, 16)
}

function fixed<T>({ oid, bytes, write }: Fixed<T>): (values: readonly (T | null)[]) => Buffer {
  return (values) => {
    const into = Buffer.allocUnsafe(header + values.length * (4 + bytes))
    let at = header
    let hasNull = false
    for (let index = 0; index < values.length; index++) {
      const value = values[index]
      if (value === null || value === undefined) {
        hasNull = true
        at = into.writeInt32BE(noValue, at)
        continue
      }
      at = into.writeInt32BE(bytes, at)
      write(into, at, value)
      at += bytes
    }
    begin(into, oid, values.length, hasNull)
    return into.subarray(0, values.length === 0 ? 12 : at)
  }
}

const low32 = 2 ** 32
const epoch2000 = Date.UTC(2000, 0, 1)

function writeInt8(into: Buffer, at: number, value: number): void {
  const high = Math.floor(value / low32)
  into.writeInt32BE(high, at)
  into.writeUInt32BE(value - high * low32, at + 4)
}

export const int2Array = fixed<number>({ oid: 21, bytes: 2, write: (into, at, value) => into.writeInt16BE(value, at) })
export const int4Array = fixed<number>({ oid: 23, bytes: 4, write: (into, at, value) => into.writeInt32BE(value, at) })
/** Safe integers only: patient keys, transaction numbers. */
export const int8Array = fixed<number>({ oid: 20, bytes: 8, write: writeInt8 })
export const bigintArray = fixed<bigint>({ oid: 20, bytes: 8, write: (into, at, value) => into.writeBigInt64BE(value, at) })
export const boolArray = fixed<boolean>({ oid: 16, bytes: 1, write: (into, at, value) => into.writeUInt8(value ? 1 : 0, at) })
/** Milliseconds are all that a Date has; PostgreSQL counts microseconds since 2000. */
export const timestamptzArray = fixed<Date>({ oid: 1184, bytes: 8, write: (into, at, value) => writeInt8(into, at, (value.getTime() - epoch2000) * 1000) })

const digit = (code: number) => (code < 58 ? code - 48 : (code | 32) - 87)

/** 36 characters; what is not a UUID is refused, because a wrong digit would be another resource's id. */
function writeUuid(into: Buffer, at: number, text: string): void {
  if (text.length !== 36) throw new Error('not a uuid')
  let byte = at
  for (let index = 0; index < 36; index++) {
    if (index === 8 || index === 13 || index === 18 || index === 23) continue
    const high = digit(text.charCodeAt(index))
    const low = digit(text.charCodeAt(++index))
    if (!(high >= 0 && high < 16 && low >= 0 && low < 16)) throw new Error('not a uuid')
    into[byte++] = high * 16 + low
  }
}
export const uuidArray = fixed<string>({ oid: 2950, bytes: 16, write: writeUuid })

export function byteaArray(values: readonly (Buffer | null)[]): Buffer {
  let bytes = header
  for (const value of values) bytes += 4 + (value?.length ?? 0)
  const into = Buffer.allocUnsafe(bytes)
  let at = header
  let hasNull = false
  for (const value of values) {
    if (value === null) {
      hasNull = true
      at = into.writeInt32BE(noValue, at)
      continue
    }
    at = into.writeInt32BE(value.length, at)
    at += value.copy(into, at)
  }
  begin(into, 17, values.length, hasNull)
  return into.subarray(0, values.length === 0 ? 12 : at)
}

export function textArray(values: readonly (string | null)[]): Buffer {
  let bytes = header
  for (const value of values) bytes += 4 + (value === null ? 0 : Buffer.byteLength(value))
  const into = Buffer.allocUnsafe(bytes)
  let at = header
  let hasNull = false
  for (const value of values) {
    if (value === null) {
      hasNull = true
      at = into.writeInt32BE(noValue, at)
      continue
    }
    const length = into.write(value, at + 4, 'utf8')
    into.writeInt32BE(length, at)
    at += 4 + length
  }
  begin(into, 25, values.length, hasNull)
  return into.subarray(0, values.length === 0 ? 12 : at)
}
