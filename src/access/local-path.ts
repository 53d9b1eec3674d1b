import { Refusal } from '../platform/refusal.ts'

const lengthMax = 500
// Browsers read \\ as / and drop tabs and line ends, so //host, /\\host and /<tab>/host all leave this server.
const plain = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/

/** A path of this server to go on to after signing in; an address elsewhere is refused, or the sign-in would vouch for a stranger's page. */
export function localPath(given: unknown): string {
  if (typeof given === 'string' && given.length <= lengthMax && plain.test(given)) {
    const url = URL.parse(given, 'http://here.invalid')
    // Dots may fold a path into //host, so the folded form is looked at again.
    if (url?.origin === 'http://here.invalid' && plain.test(url.pathname)) return url.pathname + url.search + url.hash
  }
  throw new Refusal('incorrect', 'the parameter "to" must be a path of this server', { expression: 'to' })
}
