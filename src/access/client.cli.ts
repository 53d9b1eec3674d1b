import { readFileSync } from 'node:fs'
import type { JWK } from 'jose'
import { readCertificate, thumbprintOf } from '../platform/client-certificate.ts'
import { type Command, type Options, WrongUse } from '../platform/cli.ts'
import type { World } from '../platform/world.ts'
import { atServerAddress } from './address.ts'
import { assertionAlgorithms, tokenEndpointOf } from './assertion.ts'
import { addClient, clientById, listClients, revokeClient, setClientCertificate } from './client.ts'
import { asOperator } from './operator.ts'

/** Institutions live on a higher floor; whoever puts the commands together (src/commands.ts) hands these in. */
export const institutions = {
  /** The name of an institution, or null when there is none of this number. */
  find: null as ((world: World, id: number) => Promise<string | null>) | null,
  /** Makes an invented institution of its own for a client of the demo. */
  make: null as ((world: World, clientName: string) => Promise<{ id: number; name: string }>) | null,
}

/** `npm run -s spona -- access client add --name NAME --institution ID --scope "SCOPES" --json` */
export const clientAdd: Command = {
  name: 'access client add',
  summary: 'Register a system of an institution; its private key is printed once and kept nowhere.',
  options: {
    name: { type: 'string', about: 'What the access log calls it.', required: true },
    institution: { type: 'string', about: 'Number of the institution. In the demo, without it, an invented one is made.' },
    scope: { type: 'string', about: 'SMART v2 scopes of systems, for example "system/*.cruds".', default: 'system/*.cruds' },
    jwks: { type: 'string', about: 'File with the system’s own public key set; then no key is made.' },
  },

  async run(world, options, print) {
    const place = await placeOf(world, options)
    const jwks = options['jwks'] === undefined ? undefined : readKeys(String(options['jwks']))
    const wish = {
      name: String(options['name']),
      institution: place.id,
      institutionName: place.name,
      scopes: String(options['scope']),
      ...(jwks ? { jwks } : {}),
    }
    const made = await asOperator(
      world,
      'grant',
      (tx) => addClient(tx, world, wish),
      (done) => `client/${done.id}`,
    )
    const endpoint = tokenEndpointOf(atServerAddress(world))
    if (options['json']) {
      print(
        JSON.stringify({
          client_id: made.id,
          name: wish.name,
          institution: place.id,
          institution_name: place.name,
          scope: made.scopes.join(' '),
          token_endpoint: endpoint,
          token_endpoint_auth_method: 'private_key_jwt',
          ...(made.privateKey ? { private_key: made.privateKey } : {}),
        }),
      )
      return
    }
    print(`client        ${made.id}`)
    print(`institution   ${place.id} ${place.name ?? ''}`.trimEnd())
    print(`scopes        ${made.scopes.join(' ')}`)
    print(`token address ${endpoint}  (client_credentials with private_key_jwt: ${assertionAlgorithms.join(', ')})`)
    if (made.privateKey) print(`private key   ${JSON.stringify(made.privateKey)}\nKeep it now: it is not stored here and is not shown again.`)
  },
}

async function placeOf(world: World, options: Options): Promise<{ id: number; name: string | null }> {
  const given = options['institution']
  if (given === undefined) {
    if (!world.config.DEMO) throw new WrongUse('--institution is missing: outside the demo a system belongs to a registered institution')
    if (!institutions.make) throw new WrongUse('--institution is missing')
    return institutions.make(world, String(options['name']))
  }
  const id = Number(given)
  if (!Number.isSafeInteger(id) || id < 1 || id > 2_147_483_647) throw new WrongUse('--institution: must be the number of an institution')
  if (!institutions.find) return { id, name: null }
  const name = await institutions.find(world, id)
  if (name === null) throw new WrongUse(`--institution: there is no institution ${id}`)
  return { id, name }
}

function readKeys(file: string): { keys: JWK[] } {
  try {
    const given = JSON.parse(readFileSync(file, 'utf8')) as { keys?: JWK[] } & JWK
    return given.keys ? { keys: given.keys } : { keys: [given] }
  } catch {
    throw new WrongUse('--jwks: the file cannot be read as JSON')
  }
}

export const clientList: Command = {
  name: 'access client list',
  summary: 'List the registered systems.',
  options: {},

  async run(world, options, print) {
    const clients = await listClients(world.sql)
    if (options['json']) {
      print(
        JSON.stringify(
          clients.map(({ id, name, institution, scopes, createdAt, revokedAt }) => ({
            client_id: id,
            name,
            institution,
            scope: scopes.join(' '),
            createdAt,
            revokedAt,
          })),
        ),
      )
      return
    }
    for (const one of clients) print(`${one.id}  ${one.revokedAt ? 'revoked' : 'active '}  ${one.institution}  ${one.name}  ${one.scopes.join(' ')}`)
    print(`${clients.length} clients`)
  },
}

export const clientRevoke: Command = {
  name: 'access client revoke',
  summary: 'Revoke a system: its tokens stop within a second.',
  options: { client: { type: 'string', about: 'Client id.', required: true } },

  async run(world, options, print) {
    const id = String(options['client'])
    await asOperator(
      world,
      'revoke',
      (tx) => revokeClient(tx, id, world.now()),
      () => `client/${id}`,
    )
    print(options['json'] ? JSON.stringify({ client_id: id, revoked: true }) : `client ${id} is revoked`)
  },
}

/** `npm run spona -- access client certificate ID --file client.pem` */
export const clientCertificate: Command = {
  name: 'access client certificate',
  summary: 'Bind a system to the certificate of its connections (mutual TLS); without --file it is bound to none.',
  argument: { name: 'ID', about: 'Client id.' },
  options: { file: { type: 'string', about: 'The client certificate as PEM.' } },
  async run(world, options, print) {
    const id = String(options['argument'])
    if (!(await clientById(world.sql, id))) throw new WrongUse(`${id} is no client`)
    const certificate = options['file'] === undefined ? null : readCertificate(readFileSync(String(options['file']), 'utf8'))
    if (options['file'] !== undefined && !certificate) throw new WrongUse('--file: holds no certificate as PEM')
    const thumbprint = certificate ? thumbprintOf(certificate) : null
    await asOperator(
      world,
      'grant',
      (tx) => setClientCertificate(tx, id, thumbprint, world.now()),
      () => `client/${id}`,
    )
    print(thumbprint === null ? 'the system is known on any connection' : `the system is known on connections with the certificate ${thumbprint} only`)
  },
}
