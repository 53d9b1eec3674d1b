import type { Command } from '../platform/cli.ts'
import { Refusal } from '../platform/refusal.ts'
import { atServerAddress } from './address.ts'
import { clientById } from './client.ts'
import { asOperator } from './operator.ts'
import { tokenSeconds } from './token.ts'
import { tokenFor } from './token-endpoint.ts'

/** `npm run -s spona -- access token --client ID`: only the token on standard output, so a script can take it as it is. */
export const tokenCommand: Command = {
  name: 'access token',
  summary: 'Print a bearer token of a registered system, good for one hour.',
  options: { client: { type: 'string', about: 'Client id.', required: true } },

  async run(world, options, print) {
    const client = await clientById(world.sql, String(options['client']))
    if (!client || client.revokedAt) throw new Refusal('not-found', 'there is no such client, or it is revoked')
    const token = await tokenFor(atServerAddress(world), client, client.scopes, tokenSeconds.command)
    await asOperator(
      world,
      'sign-in',
      async () => {},
      () => `token client/${client.id}`,
    )
    print(options['json'] ? JSON.stringify({ access_token: token, token_type: 'bearer', expires_in: tokenSeconds.command }) : token)
  },
}
