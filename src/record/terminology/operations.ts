import type { TerminologyResource } from '../../fhir/fhir.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Asking } from '../asking.ts'
import type { Allowed, Input } from '../http/operation-input.ts'
import { readOne } from '../read/read.ts'
import { ask, storedMaps } from './ask.ts'
import { preferredId } from './preferred-id.ts'

type Coding = { system?: string; version?: string; code?: string; display?: string }
type Of<T extends TerminologyResource['resourceType']> = Extract<TerminologyResource, { resourceType: T }>
/** A terminology operation, whose answer is a resource. `id` is given when the operation is asked of one resource. */
export type Operation = { name: string; type: TerminologyResource['resourceType'] | 'NamingSystem'; onInstance: boolean; allowed: Allowed; run: Run }
type Run = (asking: Asking, input: Input, id: string | undefined) => Promise<object>

/** Parameters beyond R4 that validators send to terminology servers: definitions sent along, and how strictly a display is compared. */
const more: Allowed = { 'tx-resource': 'resource', 'lenient-display-validation': 'flag', inferSystem: 'flag' }
const codingInput: Allowed = { code: 'text', system: 'text', coding: 'Coding', display: 'text', displayLanguage: 'text' }

export const terminologyOperations: Operation[] = [
  {
    name: 'lookup',
    type: 'CodeSystem',
    onInstance: false,
    allowed: { code: 'text', system: 'text', version: 'text', coding: 'Coding', displayLanguage: 'text', property: 'text', 'tx-resource': 'resource' },
    async run(asking, input) {
      const coding = requireCoding(input, { version: input.text('version') })
      const language = input.text('displayLanguage') ?? asking.language
      const asked = { properties: input.texts('property'), ...(language === undefined ? {} : { language }) }
      return parameters(await ask(asking, sentAlong(asking, input), (questions) => questions.lookup(coding, asked)))
    },
  },
  {
    name: 'subsumes',
    type: 'CodeSystem',
    onInstance: true,
    allowed: { codeA: 'text', codeB: 'text', system: 'text', version: 'text', codingA: 'Coding', codingB: 'Coding', 'tx-resource': 'resource' },
    async run(asking, input, id) {
      const stored = id === undefined ? null : await storedOne(asking, 'CodeSystem', id)
      const [one, other] = ['A', 'B'].map((which): Coding => {
        const coding = input.object<Coding>(`coding${which}`)
        const system = stored?.url ?? input.text('system')
        const made = coding ?? { code: input.text(`code${which}`), system, version: input.text('version') ?? stored?.version }
        if (typeof made.code !== 'string' || typeof made.system !== 'string') throw incomplete(`code${which} and system, or coding${which}`)
        return made as Coding
      }) as [Coding, Coding]
      if (one.system !== other.system)
        throw new Refusal('unprocessable', 'the two codes are of different code systems', { hint: 'Subsumption is a relation inside one code system.' })
      const outcome = await ask(asking, [...(stored ? [stored] : []), ...sentAlong(asking, input)], (questions) => questions.subsumes(one, other))
      return parameters([{ name: 'outcome', valueCode: outcome }])
    },
  },
  {
    name: 'validate-code',
    type: 'CodeSystem',
    onInstance: true,
    allowed: {
      url: 'text',
      codeSystem: 'resource',
      code: 'text',
      version: 'text',
      display: 'text',
      coding: 'Coding',
      codeableConcept: 'CodeableConcept',
      abstract: 'flag',
      displayLanguage: 'text',
      ...more,
    },
    async run(asking, input, id) {
      const sent = input.object<Of<'CodeSystem'>>('codeSystem')
      const stored = id === undefined ? ofType(asking, sent, 'CodeSystem') : await storedOne(asking, 'CodeSystem', id)
      const url = stored?.url ?? input.text('url')
      const version = input.text('version') ?? stored?.version
      const codings = codingsOf(input, url).map((coding) => ({ ...(version === undefined ? {} : { version }), ...coding }))
      if (codings.some(({ system }) => system === undefined)) throw incomplete('the url of the code system')
      // Codings of the concept in other code systems do not concern this one.
      const own = url === undefined ? codings : codings.filter(({ system }) => system === url)
      if (own.length === 0) {
        throw new Refusal('incorrect', 'the coding is of another code system than url', { hint: 'Ask the code system that the coding names.' })
      }
      return checked(asking, input, [...(stored ? [stored] : []), ...sentAlong(asking, input)], own, undefined)
    },
  },
  {
    name: 'validate-code',
    type: 'ValueSet',
    onInstance: true,
    allowed: {
      ...codingInput,
      url: 'text',
      valueSet: 'resource',
      valueSetVersion: 'text',
      systemVersion: 'text',
      codeableConcept: 'CodeableConcept',
      abstract: 'flag',
      ...more,
    },
    async run(asking, input, id) {
      const valueSet = await valueSetOf(asking, input, id)
      const version = input.text('systemVersion')
      const codings = codingsOf(input, input.text('system')).map((coding) => ({ ...(version === undefined ? {} : { version }), ...coding }))
      if (input.flag('inferSystem') === false && codings.some(({ system }) => system === undefined)) throw incomplete('the system of the code')
      return checked(asking, input, sentAlong(asking, input), codings, valueSet)
    },
  },
  {
    name: 'expand',
    type: 'ValueSet',
    onInstance: true,
    allowed: {
      url: 'text',
      valueSet: 'resource',
      valueSetVersion: 'text',
      filter: 'text',
      offset: 'number',
      count: 'number',
      includeDesignations: 'flag',
      includeDefinition: 'flag',
      activeOnly: 'flag',
      excludeNested: 'flag',
      // No expansion here contains post-coordinated codes: no definition here has any.
      excludePostCoordinated: 'flag',
      displayLanguage: 'text',
      'exclude-system': 'text',
      'system-version': 'text',
      'check-system-version': 'text',
      'force-system-version': 'text',
      'tx-resource': 'resource',
    },
    async run(asking, input, id) {
      const valueSet = await valueSetOf(asking, input, id)
      const language = input.text('displayLanguage') ?? asking.language
      const asked = {
        ...optional('filter', input.text('filter')),
        ...optional('offset', input.number('offset')),
        ...optional('count', input.number('count')),
        ...optional('activeOnly', input.flag('activeOnly')),
        ...optional('includeDesignations', input.flag('includeDesignations')),
        ...optional('includeDefinition', input.flag('includeDefinition')),
        ...optional('excludeNested', input.flag('excludeNested')),
        ...optional('language', language),
        excludeSystem: input.texts('exclude-system'),
        systemVersion: input.texts('system-version'),
        checkSystemVersion: input.texts('check-system-version'),
        forceSystemVersion: input.texts('force-system-version'),
        now: asking.world.now().toISOString(),
      }
      return ask(asking, sentAlong(asking, input), (questions) =>
        questions.expand(typeof valueSet === 'string' ? questions.valueSet(valueSet) : valueSet, asked),
      )
    },
  },
  {
    name: 'translate',
    type: 'ConceptMap',
    onInstance: true,
    allowed: {
      url: 'text',
      conceptMap: 'resource',
      conceptMapVersion: 'text',
      code: 'text',
      system: 'text',
      version: 'text',
      source: 'text',
      coding: 'Coding',
      codeableConcept: 'CodeableConcept',
      target: 'text',
      targetsystem: 'text',
      reverse: 'flag',
      'tx-resource': 'resource',
    },
    async run(asking, input, id) {
      const sent = ofType(asking, input.object<Of<'ConceptMap'>>('conceptMap'), 'ConceptMap')
      const stored = id === undefined ? sent : await storedOne(asking, 'ConceptMap', id)
      const url = versioned(input.text('url'), input.text('conceptMapVersion'))
      const asked = {
        codings: codingsOf(input, input.text('system')),
        ...optional('source', input.text('source')),
        ...optional('target', input.text('target')),
        ...optional('targetSystem', input.text('targetsystem')),
        reverse: input.flag('reverse') ?? false,
      }
      if (!stored && url === undefined && asked.codings.every(({ system }) => system === undefined) && asked.source === undefined) {
        throw incomplete('url, source, or a code with its system')
      }
      const system = asked.codings.find((one) => one.system !== undefined)?.system
      const near = stored || url !== undefined ? [] : await storedMaps(asking, { ...optional('source', asked.source), ...optional('system', system) })
      return parameters(
        await ask(asking, [...near, ...sentAlong(asking, input)], (questions) => {
          const map = stored ?? (url === undefined ? undefined : questions.conceptMap(url))
          return questions.translate({ ...asked, ...(map ? { map } : {}) })
        }),
      )
    },
  },
  preferredId,
]

/** Leaves out a parameter that was not given: under exact optional types, absent and undefined differ. */
const optional = <K extends string, V>(name: K, value: V | undefined) => (value === undefined ? {} : { [name]: value }) as { [key in K]?: V }

const parameters = (parameter: object[]) => ({ resourceType: 'Parameters', parameter })

async function checked(
  asking: Asking,
  input: Input,
  sent: TerminologyResource[],
  codings: Coding[],
  valueSet: Of<'ValueSet'> | string | undefined,
): Promise<object> {
  const language = input.text('displayLanguage') ?? asking.language
  const more = {
    codings,
    ...optional('abstract', input.flag('abstract')),
    ...optional('language', language),
    ...optional('isDisplayLenient', input.flag('lenient-display-validation')),
  }
  const { result, coding, display, version, isInactive, problems } = await ask(asking, sent, (questions) => {
    const of = typeof valueSet === 'string' ? questions.valueSet(valueSet) : valueSet
    return questions.validateCode({ ...more, ...(of ? { valueSet: of } : {}) })
  })
  const issue = problems.map(({ severity, code, message }) => ({ severity, code, diagnostics: message, details: { text: message } }))
  return parameters([
    { name: 'result', valueBoolean: result },
    ...(problems.length > 0 ? [{ name: 'message', valueString: problems.map(({ message }) => message).join('; ') }] : []),
    ...(display === undefined ? [] : [{ name: 'display', valueString: display }]),
    ...(coding.code === undefined ? [] : [{ name: 'code', valueCode: coding.code }]),
    ...(coding.system === undefined ? [] : [{ name: 'system', valueUri: coding.system }]),
    ...(version === undefined ? [] : [{ name: 'version', valueString: version }]),
    ...(isInactive ? [{ name: 'inactive', valueBoolean: true }] : []),
    ...(issue.length > 0 ? [{ name: 'issues', resource: { resourceType: 'OperationOutcome', issue } }] : []),
  ])
}

function requireCoding(input: Input, more: { version: string | undefined }): Coding {
  const coding = input.object<Coding>('coding')
  const made = coding ?? { code: input.text('code'), system: input.text('system'), ...optional('version', more.version) }
  if (typeof made.code !== 'string' || typeof made.system !== 'string') throw incomplete('code and system, or coding')
  return made as Coding
}

/** The codings that are asked about. R4 wants exactly one of code, coding and codeableConcept. */
function codingsOf(input: Input, system: string | undefined): Coding[] {
  const [code, coding, concept] = [input.text('code'), input.object<Coding>('coding'), input.object<{ coding?: Coding[] }>('codeableConcept')]
  const given = [code, coding, concept].filter((one) => one !== undefined)
  if (given.length !== 1) throw incomplete('exactly one of code, coding and codeableConcept')
  const display = input.text('display')
  if (code !== undefined) return [{ code, ...optional('system', system), ...optional('display', display) }]
  const codings = coding ? [coding] : Array.isArray(concept?.coding) ? concept.coding : []
  if (codings.length === 0 || codings.length > codingsMax || !codings.every(isCoding)) throw incomplete(`1 to ${codingsMax} codings, each with a code`)
  return codings
}

const codingsMax = 50
const isCoding = (one: unknown): boolean => {
  if (typeof one !== 'object' || one === null) return false
  const { system, code, display, version } = one as Record<string, unknown>
  return typeof code === 'string' && [system, display, version].every((text) => text === undefined || typeof text === 'string')
}

const incomplete = (what: string): Refusal =>
  new Refusal('incorrect', `this operation needs ${what}`, { hint: 'Read its definition in the capability statement.' })

const versioned = (url: string | undefined, version: string | undefined) =>
  url === undefined || version === undefined || url.includes('|') ? url : `${url}|${version}`

const sentMax = 50

function sentAlong(asking: Asking, input: Input): TerminologyResource[] {
  const sent = input.objects<TerminologyResource>('tx-resource')
  if (sent.length > sentMax) throw new Refusal('incorrect', `more than ${sentMax} definitions are sent along`, { expression: 'tx-resource' })
  const kinds = ['CodeSystem', 'ValueSet', 'ConceptMap'] as const
  return sent.map((one) => {
    const kind = kinds.find((name) => name === one.resourceType)
    if (kind === undefined)
      throw new Refusal('incorrect', 'only definitions of terminology can be sent along', { expression: 'tx-resource', hint: `Send ${kinds.join(', ')}.` })
    return ofType(asking, one as Of<typeof kind>, kind) as TerminologyResource
  })
}

async function valueSetOf(asking: Asking, input: Input, id: string | undefined): Promise<Of<'ValueSet'> | string> {
  if (id !== undefined) {
    const stored = await storedOne(asking, 'ValueSet', id)
    const version = input.text('valueSetVersion')
    if (version === undefined || version === stored.version) return stored
    throw new Refusal('not-found', 'this ValueSet has another version', { expression: 'valueSetVersion', hint: 'Ask by its url for another version.' })
  }
  const sent = ofType(asking, input.object<Of<'ValueSet'>>('valueSet'), 'ValueSet')
  const url = versioned(input.text('url'), input.text('valueSetVersion'))
  if (sent && url === undefined) return sent
  if (!sent && url !== undefined) return url
  throw incomplete('exactly one of url and valueSet')
}

async function storedOne<T extends TerminologyResource['resourceType']>(asking: Asking, type: T, id: string): Promise<Of<T>> {
  const { body } = await readOne(asking, type, id)
  return JSON.parse(body) as Of<T>
}

/** A definition that came with the request must be a valid resource: the code after this relies on its shape. */
function ofType<T extends TerminologyResource['resourceType']>(asking: Asking, sent: Of<T> | undefined, type: T): Of<T> | undefined {
  if (sent === undefined) return undefined
  if (sent.resourceType !== type) throw new Refusal('incorrect', `the resource sent is no ${type}`)
  const errors = asking.world.fhir.validate(sent).filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Refusal('unprocessable', `the ${type} sent is not valid`, { issues: errors })
  return sent
}
