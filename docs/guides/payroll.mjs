// A small client of the employers' API, without packages: Node 20 or later. Copy it, or import it as it stands; its types are payroll.d.mts beside it.
import { createHash, createPrivateKey, createPublicKey, randomUUID, sign, timingSafeEqual, verify } from 'node:crypto'

/** A refusal of the centre: `status`, and `outcome` with one issue for each fault; an issue carries its code in `details.coding`. */
export class PayrollError extends Error {
  constructor(status, outcome) {
    const issues = outcome?.issue ?? []
    const lines = issues.map(({ diagnostics = '', expression = [], details }) =>
      [expression.length > 0 ? `${expression.join(', ')}: ${diagnostics}` : diagnostics, details?.text].filter(Boolean).join('. '),
    )
    super([status, ...(lines.length > 0 ? lines : [outcome?.error_description ?? outcome?.error ?? 'no reason was given'])].join(' '))
    this.name = 'PayrollError'
    this.status = status
    this.outcome = outcome
    /** For the first fault: its remedy and its place. */
    this.hint = issues[0]?.details?.text
    this.expression = issues[0]?.expression?.[0]
  }
}

/**
 * @param {{ url: string, client: string, privateKey: object }} settings client and privateKey (a JWK) as the portal showed them under "Фирма → Програми за плате"
 */
export function payroll({ url, client, privateKey }) {
  const base = url.replace(/\/$/, '')
  let known = { token: '', until: 0 }

  async function token() {
    if (known.until > Date.now() + 30_000) return known.token
    const now = Math.floor(Date.now() / 1000)
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const { token_endpoint: endpoint } = await (await fetch(`${base}/fhir/.well-known/smart-configuration`)).json()
    const claims = { iss: client, sub: client, aud: endpoint, jti: randomUUID(), iat: now, exp: now + 60 }
    const text = `${part({ alg: 'ES384', kid: privateKey.kid, typ: 'JWT' })}.${part(claims)}`
    const key = createPrivateKey({ key: privateKey, format: 'jwk' })
    const assertion = `${text}.${sign('sha384', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    const form = { grant_type: 'client_credentials', scope: 'system/sickleave.employer', client_assertion: assertion }
    const body = new URLSearchParams({ ...form, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' })
    const response = await fetch(endpoint, { method: 'POST', body })
    const answer = await response.json().catch(() => ({}))
    if (!answer.access_token) throw new PayrollError(response.status, answer)
    known = { token: answer.access_token, until: Date.now() + answer.expires_in * 1000 }
    return known.token
  }

  async function ask(method, path, body, type = 'application/json') {
    const headers = { authorization: `Bearer ${await token()}`, ...(body ? { 'content-type': type } : {}) }
    const sent = type === 'application/json' ? JSON.stringify(body) : body
    const answer = await fetch(`${base}/sickleave/employer${path}`, { method, headers, ...(body ? { body: sent } : {}) })
    if (answer.ok) return answer
    throw new PayrollError(answer.status, await answer.json().catch(() => null))
  }

  return {
    /** The employers that this system acts for. */
    employers: async () => (await (await ask('GET', '/')).json()).employers,

    /** All events after a number, to the end. Keep the last `seq` that you have dealt with, and ask from there next time.
     * @returns {AsyncGenerator<import('./payroll.d.mts').EmployerEvent>} */
    async *events(pib, after = 0) {
      for (;;) {
        const page = await (await ask('GET', `/${pib}/events?after=${after}&limit=500`)).json()
        yield* page.events
        if (page.events.length === 0) return
        after = page.next
      }
    },

    /** Certificates and reports as one file: { format: 'xml' | 'csv', pib, from, until, leaves }. */
    documents: async (wish) => (await ask('POST', '/documents', wish)).text(),

    /** Calls any other route by its name in payroll-api.d.mts: call('POST /{pib}/requests', { params: { pib }, body: { … } }). A file comes as a Response. */
    async call(name, { params = {}, query = {}, body, type } = {}) {
      const [method, path] = name.split(' ')
      const address = path.replace(/\{(\w+)\}/g, (_, part) => encodeURIComponent(params[part]))
      const after = new URLSearchParams(query).toString()
      const answer = await ask(method, after ? `${address}?${after}` : address, body, type)
      if (answer.status === 204) return undefined
      return answer.headers.get('content-type')?.startsWith('application/json') ? answer.json() : answer
    },
  }
}

/**
 * Tells whether the centre sent this notification to this address, unchanged and not long ago. `keys` is the answer of the centre to GET /bus/keys.
 * Remember `spona-delivery` or the highest `next` for each pib: a notification may come twice.
 * @param {{ method: string, address: string, headers: Record<string, string>, body: Buffer, keys: { kid: string }[] }} request
 */
export function isFromCentre({ method, address, headers, body, keys }) {
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const given = headers['content-digest'] ?? ''
  if (given.length !== digest.length || !timingSafeEqual(Buffer.from(given), Buffer.from(digest))) return false
  const [, params = ''] = /^sig=(\(.*)$/.exec(headers['signature-input'] ?? '') ?? []
  const [, value = ''] = /^sig=:([A-Za-z0-9+/=]+):$/.exec(headers.signature ?? '') ?? []
  const [, created] = /;created=(\d+)/.exec(params) ?? []
  const [, kid] = /;keyid="([^"]+)"/.exec(params) ?? []
  const key = keys.find((one) => one.kid === kid)
  if (!key || Math.abs(Date.now() / 1000 - Number(created)) > 300) return false
  const names = [...params.slice(0, params.indexOf(')')).matchAll(/"([^"]+)"/g)].map(([, name]) => name)
  if (!['@method', '@target-uri', 'content-digest', 'spona-delivery'].every((name) => names.includes(name))) return false
  const valueOf = { '@method': method, '@target-uri': address }
  const lines = names.map((name) => `"${name}": ${valueOf[name] ?? headers[name] ?? ''}`)
  const text = [...lines, `"@signature-params": ${params}`].join('\n')
  const publicKey = createPublicKey({ key, format: 'jwk' })
  return verify('sha256', Buffer.from(text), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(value, 'base64'))
}
