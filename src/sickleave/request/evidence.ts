import { base64In, type Body, textOf, wrong } from '../read-body.ts'

const bytesMax = 5 * 1024 * 1024

/** The type is known by the first bytes, and not by what a file says of itself. */
const startsWith: Record<string, (content: Buffer) => boolean> = {
  'application/pdf': (content) => content.subarray(0, 5).toString('latin1') === '%PDF-',
  'image/png': (content) => content.subarray(0, 8).toString('hex') === '89504e470d0a1a0a',
  'image/jpeg': (content) => content.subarray(0, 3).toString('hex') === 'ffd8ff',
  'application/xml': (content) =>
    content
      .subarray(0, 64)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trimStart()
      .startsWith('<'),
  'text/csv': (content) => !content.subarray(0, 4096).includes(0),
}

/**
 * An officer opens a file by the ending of its name. So the ending is that of the real type, whatever the file was called, and the name has no signs
 * that change its reading direction.
 */
const endings: Record<string, RegExp> = {
  'application/pdf': /\.pdf$/i,
  'image/png': /\.png$/i,
  'image/jpeg': /\.jpe?g$/i,
  'application/xml': /\.xml$/i,
  'text/csv': /\.csv$/i,
}

export function nameFor(type: string, name: string): string {
  const plain = name.replace(/\p{Cf}/gu, '')
  return endings[type]?.test(plain) ? plain : `${plain}.${type.replace(/^.*\//, '').replace('jpeg', 'jpg')}`
}

/** A file in base64, as `{ name, type, content }`. It is stored and handed to the Fund; nothing here opens it. */
export function fileOf(body: Body): { name: string; type: string; content: Buffer } {
  const name = textOf(body, 'name', 120)
  if (/[\\/\p{Cc}]/u.test(name)) throw wrong('name', 'is the name of a file, without a folder')
  const { type } = body
  if (typeof type !== 'string' || !Object.hasOwn(startsWith, type)) throw wrong('type', `is one of ${Object.keys(startsWith).join(', ')}`)
  const content = base64In(body['content'])
  if (content === null) throw wrong('content', 'is the file in base64')
  if (content.length === 0 || content.length > bytesMax) throw wrong('content', `is a file of at most ${bytesMax / 1024 / 1024} MB`)
  if (!startsWith[type]?.(content)) throw wrong('content', `is not ${type}: choose the file again`)
  return { name: nameFor(type, name), type, content }
}
