import { Ajv2020 } from 'ajv/dist/2020.js'
import { Refusal, type RefusalIssue } from '../../platform/refusal.ts'
import { type Charset, charsetNamed } from '../hl7v2/charset.ts'

/** Where a value comes from, a cell or a constant, and how it becomes a value of FHIR. */
export type Source = {
  column?: string
  columns?: string[]
  join?: string
  value?: string | number | boolean
  reference?: string
  required?: boolean
  pattern?: string
  number?: boolean
  boolean?: { true: string[]; false: string[] }
  date?: string
  codes?: Record<string, string>
}

export type Declared = {
  name: string
  version: number
  delimiter: string
  quote: string
  charset: Charset
  decimal: '.' | ','
  /** Contents of a cell that mean nothing: NULL of a database, a dash. */
  empty: ReadonlySet<string>
  resources: DeclaredResource[]
}

export type DeclaredResource = {
  as: string
  type: string
  when: string | undefined
  isAbout: boolean
  set: { path: Step[]; text: string; source: Source; form: RegExp | undefined }[]
}

/** A step of a path such as `name[0].family`. */
export type Step = string | number

const text = { type: 'string', minLength: 1, maxLength: 200 }
const source = {
  type: 'object',
  additionalProperties: false,
  properties: {
    column: text,
    columns: { type: 'array', items: text, minItems: 1, maxItems: 20 },
    join: { type: 'string', maxLength: 20 },
    value: { type: ['string', 'number', 'boolean'] },
    reference: text,
    required: { type: 'boolean' },
    pattern: text,
    number: { const: true },
    boolean: {
      type: 'object',
      additionalProperties: false,
      required: ['true', 'false'],
      properties: { true: { type: 'array', items: { type: 'string' } }, false: { type: 'array', items: { type: 'string' } } },
    },
    date: { type: 'string', pattern: '^(?=.*YYYY)[YMDHms./ :T-]+$' },
    codes: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 5000 },
  },
}
const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'version', 'resources'],
  properties: {
    name: text,
    version: { type: 'integer', minimum: 1 },
    format: {
      type: 'object',
      additionalProperties: false,
      properties: {
        delimiter: { type: 'string', minLength: 1, maxLength: 1 },
        quote: { type: 'string', maxLength: 1 },
        charset: text,
        decimal: { enum: ['.', ','] },
        empty: { type: 'array', items: text, maxItems: 20 },
      },
    },
    resources: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['as', 'type', 'set'],
        properties: {
          as: { type: 'string', pattern: '^[a-z][A-Za-z0-9]{0,30}$' },
          type: { type: 'string', pattern: '^[A-Z][A-Za-z]{1,40}$' },
          when: text,
          about: { type: 'boolean' },
          set: { type: 'object', minProperties: 1, maxProperties: 200, additionalProperties: source },
        },
      },
    },
  },
} as const

type Written = {
  name: string
  version: number
  format?: { delimiter?: string; quote?: string; charset?: string; decimal?: '.' | ','; empty?: string[] }
  resources: { as: string; type: string; when?: string; about?: boolean; set: Record<string, Source> }[]
}

const check = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile<Written>(schema)
const pathForm = /^[a-z][A-Za-z0-9]*(?:\[\d{1,2}\])?(?:\.[a-z][A-Za-z0-9]*(?:\[\d{1,2}\])?)*$/

/** Reads a mapping file. Every mistake is reported at once, each with its place: `at` turns a JSON Pointer into a place. */
export function declaredMapping(written: unknown, types: readonly string[], at = (pointer: string): string => pointer): Declared {
  if (!check(written))
    throw refusal(
      (check.errors ?? []).slice(0, 50).map(({ instancePath, message, params }) => ({
        place: at(instancePath || '/'),
        what: `${message ?? 'is wrong'}${'additionalProperty' in params ? `: ${String(params['additionalProperty'])}` : ''}`,
      })),
    )
  const wrong: { place: string; what: string }[] = []
  const charset = charsetNamed(written.format?.charset ?? 'UTF-8')
  if (charset === null) wrong.push({ place: '/format/charset', what: 'is no character set that is known here' })
  const names = new Set<string>()
  const resources = written.resources.map((one, index) => {
    const place = `/resources/${index}`
    if (!types.includes(one.type)) wrong.push({ place: `${place}/type`, what: `${one.type} is no resource of FHIR R4` })
    if (names.has(one.as)) wrong.push({ place: `${place}/as`, what: `${one.as} is there twice` })
    names.add(one.as)
    const set = Object.entries(one.set).map(([path, given]) => declaredSource(path, given, names, `${place}/set/${path}`, wrong))
    return { as: one.as, type: one.type, when: one.when, isAbout: one.about ?? true, set }
  })
  if (wrong.length > 0) throw refusal(wrong.map(({ place, what }) => ({ place: at(place), what })))
  return {
    name: written.name,
    version: written.version,
    delimiter: written.format?.delimiter ?? ',',
    quote: written.format?.quote ?? '"',
    charset: charset ?? 'utf-8',
    decimal: written.format?.decimal ?? '.',
    empty: new Set(written.format?.empty),
    resources,
  }
}

function declaredSource(
  path: string,
  source: Source,
  known: Set<string>,
  place: string,
  wrong: { place: string; what: string }[],
): DeclaredResource['set'][number] {
  if (!pathForm.test(path)) wrong.push({ place, what: 'is no path: write for example name[0].family' })
  const kinds = [source.column, source.columns, source.value, source.reference].filter((one) => one !== undefined)
  if (kinds.length !== 1) wrong.push({ place, what: 'needs exactly one of column, columns, value and reference' })
  if (source.reference !== undefined && !known.has(source.reference))
    wrong.push({ place, what: `refers to ${source.reference}, which no resource before it is called` })
  let form: RegExp | undefined
  try {
    form = source.pattern === undefined ? undefined : new RegExp(source.pattern, 'u')
  } catch {
    wrong.push({ place: `${place}/pattern`, what: 'is no regular expression' })
  }
  const steps = path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step))
  return { path: steps, text: path, source, form }
}

function refusal(wrong: { place: string; what: string }[]): Refusal {
  const issues: RefusalIssue[] = wrong.map(({ place, what }) => ({ severity: 'error', code: 'invalid', expression: place, diagnostics: `${place} ${what}` }))
  return new Refusal('unprocessable', `the mapping has ${wrong.length} ${wrong.length === 1 ? 'mistake' : 'mistakes'}: ${wrong[0]?.place} ${wrong[0]?.what}`, {
    issues,
    hint: 'Mend the places that are named; src/edge/README.md shows a whole mapping.',
  })
}
