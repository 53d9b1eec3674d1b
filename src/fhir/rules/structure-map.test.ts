import assert from 'node:assert/strict'
import { test } from 'node:test'
import { preparedFhir } from '../../testing/fhir.ts'

const fhir = preparedFhir()
const core = 'http://hl7.org/fhir/StructureDefinition/'
const structure = [
  { url: `${core}Patient`, mode: 'source', alias: 'Pat' },
  { url: `${core}Person`, mode: 'target', alias: 'Per' },
]
const input = [
  { name: 'from', type: 'Pat', mode: 'source' },
  { name: 'to', type: 'Per', mode: 'target' },
]
const source = { context: 'from', element: 'birthDate', variable: 'day' }
const target = { context: 'to', contextType: 'variable', element: 'birthDate', transform: 'copy', parameter: [{ valueId: 'day' }] }
const rule = (more: object = {}) => ({ name: 'born', source: [source], target: [target], ...more })
const group = (more: object = {}) => ({ name: 'main', typeMode: 'none', input, rule: [rule()], ...more })
const map = (...all: object[]) => ({ resourceType: 'StructureMap', url: 'http://rules.test/map', name: 'Map', status: 'draft', structure, group: all })
const errors = (resource: object) =>
  fhir
    .validate(resource, { isStrict: true })
    .filter(({ severity }) => severity === 'error')
    .map(({ expression }) => expression.replace('StructureMap.', ''))

const named = { context: 'from', element: 'name', variable: 'n' }
const made = (element: string, more: object = {}) => ({ context: 'to', contextType: 'variable', element, variable: 'm', ...more })
const inner = (element: string) =>
  rule({ source: [{ context: 'n', element, variable: 'f' }], target: [{ ...made('family'), context: 'm', variable: undefined }] })

const right: [string, object][] = [
  ['values are copied', map(group())],
  ['rules inside of rules see what was declared outside', map(group({ rule: [rule({ source: [named], target: [made('name')], rule: [inner('family')] })] }))],
  [
    'what is created has the elements of its type',
    map(group({ rule: [rule({ source: [named], target: [made('name', { transform: 'create', parameter: [{ valueString: 'HumanName' }] })] })] })),
  ],
  [
    'another group takes what it has inputs for',
    map(group({ rule: [rule({ dependent: [{ name: 'other', variable: ['from', 'to'] }] })] }), group({ name: 'other' })),
  ],
  [
    'a structure that is not here is not judged',
    {
      ...map(group({ rule: [rule({ source: [{ ...source, element: 'x' }] })] })),
      structure: [{ ...structure[0], url: 'http://rules.test/none' }, structure[1]],
    },
  ],
]
const wrong: [string, object, string][] = [
  ['a source is declared', map(group({ rule: [rule({ source: [{ ...source, context: 'form' }], target: undefined })] })), 'group[0].rule[0].source[0]'],
  ['a target is declared', map(group({ rule: [rule({ target: [{ ...target, context: 'too' }] })] })), 'group[0].rule[0].target[0]'],
  ['a source has the element', map(group({ rule: [rule({ source: [{ ...source, element: 'born' }] })] })), 'group[0].rule[0].source[0]'],
  ['a target has the element', map(group({ rule: [rule({ target: [{ ...target, element: 'born' }] })] })), 'group[0].rule[0].target[0]'],
  [
    'and so have the variables of rules',
    map(group({ rule: [rule({ source: [named], target: [made('name')], rule: [inner('last')] })] })),
    'group[0].rule[0].rule[0].source[0]',
  ],
  ['a name is one word', map(group({ name: 'main-group' })), 'group[0].name'],
  [
    'an input has a name of its own',
    map(group({ input: [input[0], { ...input[1], name: 'from' }], rule: [rule({ target: undefined })] })),
    'group[0].input[1]',
  ],
  ['an input has a type that is declared', map(group({ input: [{ ...input[0], type: 'Pet' }, input[1]] })), 'group[0].input[0]'],
  ['an input is of the mode of its structure', map(group({ input: [...input, { name: 'more', type: 'Pat', mode: 'target' }] })), 'group[0].input[2]'],
  ['the group that is extended is here', map(group({ extends: 'none' })), 'group[0].extends'],
  ['the group that is called is here', map(group({ rule: [rule({ dependent: [{ name: 'none', variable: ['from'] }] })] })), 'group[0].rule[0].dependent[0]'],
  [
    'the group that is called takes as many',
    map(group({ rule: [rule({ dependent: [{ name: 'main', variable: ['from'] }] })] })),
    'group[0].rule[0].dependent[0]',
  ],
  ['translate takes three parameters', map(group({ rule: [rule({ target: [{ ...target, transform: 'translate' }] })] })), 'group[0].rule[0].target[0]'],
  ['parameters belong to a transform', map(group({ rule: [rule({ target: [{ ...target, transform: undefined }] })] })), 'group[0].rule[0].target[0]'],
  [
    'what is evaluated is an expression',
    map(group({ rule: [rule({ target: [{ ...target, transform: 'evaluate', parameter: [{ valueString: 'day.(' }] }] })] })),
    'group[0].rule[0].target[0]',
  ],
  ['a condition is an expression', map(group({ rule: [rule({ source: [{ ...source, condition: 'day.(' }] })] })), 'group[0].rule[0].source[0].condition'],
  ['the type of a source is that of its element', map(group({ rule: [rule({ source: [{ ...source, type: 'string' }] })] })), 'group[0].rule[0].source[0]'],
  [
    'what is created is of a type that there is',
    map(group({ rule: [rule({ target: [{ variable: 'm', transform: 'create', parameter: [{ valueString: 'Pet' }] }] })] })),
    'group[0].rule[0].target[0]',
  ],
]

const plain = (resource: object) => JSON.parse(JSON.stringify(resource)) as object
for (const [title, resource] of right) test(title, () => assert.deepEqual(errors(plain(resource)), []))
for (const [title, resource, path] of wrong) test(title, () => assert.deepEqual(errors(plain(resource)), [path]))
