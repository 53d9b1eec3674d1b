import { type Command, WrongUse } from '../../platform/cli.ts'
import { mayTellNumber } from '../../platform/personal-number.ts'
import { move } from './move.ts'

/** `npm run spona -- record move --resource Observation/… --to Patient/… --reason "…"` */
export const moveCommand: Command = {
  name: 'record move',
  summary: 'Void an entry that was filed under the wrong patient and file it under the right one.',
  options: {
    resource: { type: 'string', about: 'The entry, as Type/id.', required: true },
    to: { type: 'string', about: 'The right patient, as Patient/id.', required: true },
    reason: { type: 'string', about: 'Why, in a sentence; without personal numbers.', required: true },
  },
  async run(world, options, print) {
    const reason = String(options['reason']).trim()
    if (reason.length < 3 || reason.length > 500) throw new WrongUse('--reason: a sentence of 3 to 500 characters')
    if (mayTellNumber(reason)) throw new WrongUse('--reason: must not hold a personal number')
    const moved = await move(world, { resource: String(options['resource']), to: String(options['to']), reason })
    print(options['json'] ? JSON.stringify(moved) : `${moved.from} is void; it stands now as ${moved.resource} (${moved.provenance} says why)`)
  },
}
