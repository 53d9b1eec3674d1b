import type { Command } from '../platform/cli.ts'
import { mayTellNumber } from '../platform/personal-number.ts'
import { Refusal } from '../platform/refusal.ts'
import { link, markState, unlink } from './link.ts'

// The operator runs it on the data officer's order. The reason stays in the history of the keys for ever.
export const linkCommand: Command = {
  name: 'identity link',
  summary: 'Make one person of two; all handles and numbers of both lead to the survivor. Undone by identity unlink.',
  options: {
    from: { type: 'string', about: 'Handle of the person who becomes part of the other.', required: true },
    into: { type: 'string', about: 'Handle of the person who stays.', required: true },
    reason: { type: 'string', about: 'Why, in a sentence; without personal numbers.', required: true },
  },
  async run(world, options, print) {
    const known = await link(world, { from: text(options['from']), into: text(options['into']), reason: reasonOf(options['reason']), actor: 'operator' })
    print(options['json'] ? JSON.stringify(known) : `one person now: ${known.handle} with ${known.keys.length} keys`)
  },
}

export const unlinkCommand: Command = {
  name: 'identity unlink',
  summary: 'Separate a chart from its person: undoes the link that brought it, or makes it a pending identity.',
  options: {
    key: { type: 'string', about: 'Key of the chart, as identity show prints it.', required: true },
    reason: { type: 'string', about: 'Why, in a sentence; without personal numbers.', required: true },
  },
  async run(world, options, print) {
    const key = Number(text(options['key']))
    if (!Number.isSafeInteger(key)) throw new Refusal('incorrect', '--key is a whole number')
    const known = await unlink(world, { key, reason: reasonOf(options['reason']), actor: 'operator' })
    print(options['json'] ? JSON.stringify(known) : `separated: the chart is now under ${known.handle}`)
  },
}

export const stateCommand: Command = {
  name: 'identity state',
  summary: 'Mark a person as deceased, a number as issued by mistake (void), or either as active again.',
  options: {
    handle: { type: 'string', about: 'Handle of the person.', required: true },
    state: { type: 'string', about: 'active, deceased or void.', required: true },
    reason: { type: 'string', about: 'Why, in a sentence; without personal numbers.', required: true },
  },
  async run(world, options, print) {
    const state = (['active', 'deceased', 'void'] as const).find((one) => one === text(options['state']))
    if (!state) throw new Refusal('incorrect', '--state is active, deceased or void')
    const isNew = await markState(world, { handle: text(options['handle']), state, reason: reasonOf(options['reason']), actor: 'operator' })
    print(options['json'] ? JSON.stringify({ state, isNew }) : isNew ? `the person is ${state} now` : `the person was ${state} already`)
  },
}

const text = (option: unknown) => String(option ?? '').trim()

function reasonOf(option: unknown): string {
  const reason = text(option)
  if (reason.length < 3 || reason.length > 500) throw new Refusal('incorrect', 'the reason has 3 to 500 characters')
  if (mayTellNumber(reason)) throw new Refusal('incorrect', 'the reason must not hold a personal number')
  return reason
}
