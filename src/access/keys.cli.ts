import type { Command } from '../platform/cli.ts'
import { asOperator } from './operator.ts'
import { rotate } from './signing-keys.ts'

export const keysRotate: Command = {
  name: 'access keys rotate',
  summary: 'Sign new tokens with the next key; tokens of the present one stay good until they end.',
  options: { withdraw: { type: 'boolean', about: 'The present key leaked: refuse everything it signed, within a second.', default: false } },

  async run(world, options, print) {
    const withdraw = options['withdraw'] === true
    const kid = await asOperator(
      world,
      'configure',
      (tx) => rotate(tx, world, 'token', { withdraw }),
      (key) => `signing-key/${key}`,
    )
    print(
      options['json']
        ? JSON.stringify({ current: kid, withdrawn: withdraw })
        : `tokens are signed with ${kid}${withdraw ? '; the keys before it are withdrawn' : ''}`,
    )
  },
}
