import { type Command, WrongUse } from '../../platform/cli.ts'
import { explained } from './explain.ts'
import { operatorAsking } from './operator.ts'
import { searchType } from './search.ts'

type Part = { name: string; valueString?: string; valueDecimal?: number; valueInteger?: number }
type Explained = { parameter: { name: string; part?: Part[] }[] }

/** `npm run spona -- record explain "Observation?patient=…" --institution 1` */
export const explainCommand: Command = {
  name: 'record explain',
  summary: 'How a search is answered: what narrows it, which rows are read by which index, and how long each step takes.',
  argument: { name: 'SEARCH', about: 'Type?parameters, as in an address.' },
  options: {
    institution: { type: 'string', about: 'As the system of this institution (its number), which sees what it submitted; without it nothing is open.' },
  },
  async run(world, options, print) {
    const [type = '', query = ''] = String(options['argument']).split(/\?(.*)/s)
    if (world.fhir.typeCode(type) < 0) throw new WrongUse(`${JSON.stringify(type.slice(0, 64))} is not a resource type`)
    const institution = options['institution'] === undefined ? null : Number(options['institution'])
    if (institution !== null && !Number.isSafeInteger(institution)) throw new WrongUse('--institution: a number')
    const asking = operatorAsking(world, 'explain')
    asking.actor = { ...asking.actor, institution, scopes: ['system/*.rs'] }
    const text = await explained(asking, type, () => searchType(asking, type, [...new URLSearchParams(query)], false))
    if (options['json']) return print(text)
    for (const { name, part = [] } of (JSON.parse(text) as Explained).parameter) print(`${name}${part.map(lineOf).join('')}`)
  },
}

function lineOf({ name, valueString, valueDecimal, valueInteger }: Part): string {
  if (name === 'sql' || name === 'node') return `\n    ${valueString}`
  if (valueDecimal !== undefined) return `  ${valueDecimal} ms`
  return valueInteger === undefined ? `  ${valueString}` : `  ${valueInteger} ${name}`
}
