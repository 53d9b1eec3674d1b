import { type Json, some } from '../draft/draft.ts'
import { hasTemplate, inner } from './conditions.ts'
import type { Element } from './element.ts'
import type { Mapping } from './mapping.ts'
import { coding, concept, moment, period, quantity, wordsOf } from './types.ts'
import { table } from '../draft/table.ts'

export type Times = { period: Json | undefined; timing: Json | undefined; at: string | undefined }

const units = new Set(['s', 'min', 'h', 'd', 'wk', 'mo', 'a'])
// The codes of v3 TimingEvent that R4's event-timing has.
const events = new Set(['HS', 'WAKE', 'C', 'CM', 'CD', 'CV', 'AC', 'ACM', 'ACD', 'ACV', 'PC', 'PCM', 'PCD', 'PCV'])
const isMeal = new Set(['C', 'CM', 'CD', 'CV'])

const typeOf = (element: Element) => (element.attribute('type') ?? '').replace(/^.*:/, '')

/**
 * effectiveTime occurs twice: the period in which the medicine is taken, and the frequency (IVL_TS, and PIVL_TS or EIVL_TS; C-CDA 3.60). One may hold
 * several (SXPR_TS).
 */
export function timesOf(element: Element): Times {
  const all = element.all('effectiveTime').flatMap((one) => (typeOf(one) === 'SXPR_TS' ? one.all('comp') : [one]))
  const whole = all.find((one) => !['PIVL_TS', 'EIVL_TS'].includes(typeOf(one)))
  const repeat = Object.assign({}, ...all.map((one) => (typeOf(one) === 'PIVL_TS' ? everyOf(one) : typeOf(one) === 'EIVL_TS' ? eventOf(one) : {}))) as Json
  const length = quantity(whole?.first('width'))
  if (length?.['code'] !== undefined && units.has(String(length['code']))) repeat['boundsDuration'] = length
  return { period: period(whole), timing: Object.keys(repeat).length === 0 ? undefined : { repeat }, at: moment(whole) }
}

/** A fixed interval, or one between two lengths (4 to 6 hours). */
function everyOf(often: Element): Json {
  const every = often.first('period')
  const [low, high] = [every?.first('low'), every?.first('high')]
  const periodUnit = every?.attribute('unit') ?? low?.attribute('unit') ?? high?.attribute('unit')
  const number = (element: Element | undefined) => Number(element?.attribute('value') ?? Number.NaN)
  const value = every?.attribute('value') === undefined ? number(low) : number(every)
  if (!(value > 0) || periodUnit === undefined || !units.has(periodUnit)) return {}
  const most = number(high)
  return { frequency: 1, period: value, ...(most > value ? { periodMax: most } : {}), periodUnit }
}

/** Timing by an event of the day: before meals, at bedtime, some time before or after. */
function eventOf(often: Element): Json {
  const code = often.first('event')?.attribute('code') ?? ''
  if (!events.has(code)) return {}
  const offset = often.first('offset')
  const by = offset?.attribute('value') === undefined ? offset?.first('low') : offset
  const minutes = Number(by?.attribute('value') ?? Number.NaN) * (lengths[by?.attribute('unit') ?? ''] ?? Number.NaN)
  offset?.readAll()
  // tim-9: directly at a meal there is no offset.
  return { when: [code], ...(minutes > 0 && !isMeal.has(code) ? { offset: Math.round(minutes) } : {}) }
}
const lengths = table<number>({ min: 1, h: 60, s: 1 / 60 })

/** How the medicine is taken; each part of a tapering dose has its own place in the sequence. */
export function dosages(element: Element, times: Times, mapping: Mapping): Json[] {
  const own = dosage(element, times, mapping)
  const parts = element
    .all('entryRelationship')
    .filter((one) => one.attribute('typeCode') === 'COMP')
    .flatMap((one) => {
      const sequence = Number(one.first('sequenceNumber')?.attribute('value') ?? Number.NaN)
      return one.all('substanceAdministration').flatMap((part) => {
        if (hasTemplate(part, freeText)) return []
        const made = dosage(part, timesOf(part), mapping, true)
        part.readAll()
        return made === undefined ? [] : [{ ...(Number.isInteger(sequence) && sequence > 0 ? { sequence } : {}), ...made }]
      })
    })
  return [...(own === undefined ? [] : [own]), ...parts]
}
const freeText = '2.16.840.1.113883.10.20.22.4.147'
const instruction = '2.16.840.1.113883.10.20.22.4.20'

function dosage(element: Element, times: Times, mapping: Mapping, isPart = false): Json | undefined {
  const amounts = some({
    ...amountOf(element.first('doseQuantity'), 'dose', element, mapping),
    ...amountOf(element.first('rateQuantity'), 'rate', element, mapping),
  })
  const most = element.first('maxDoseQuantity')
  const [numerator, denominator] = [quantity(most?.first('numerator')), quantity(most?.first('denominator'))]
  const bounds = isPart && times.period !== undefined ? { boundsPeriod: times.period, boundsDuration: undefined } : {}
  const repeat = some({ ...(times.timing?.['repeat'] as Json | undefined), ...bounds }) ?? {}
  return some({
    text: freeTextOf(element, mapping) ?? wordsOf(element.first('text'), mapping.words),
    patientInstruction: instructionsIn(element, mapping),
    timing: Object.keys(repeat).length === 0 ? undefined : { repeat },
    ...asNeeded(element, mapping),
    site: concept(element.first('approachSiteCode'), mapping.words),
    route: concept(element.first('routeCode'), mapping.words),
    maxDosePerPeriod: numerator && denominator ? { numerator, denominator } : undefined,
    doseAndRate: amounts === undefined ? [] : [amounts],
  })
}

/** One amount, or a range; a number without a unit counts units of administrationUnitCode. */
function amountOf(element: Element | undefined, kind: 'dose' | 'rate', of: Element, mapping: Mapping): Json {
  if (element === undefined) return {}
  const counted = kind === 'dose' ? of.first('administrationUnitCode') : undefined
  const unit = counted && coding(counted)
  const text = counted === undefined ? undefined : (counted.attribute('displayName') ?? (concept(counted, mapping.words)?.['text'] as string | undefined))
  const named = (amount: Json | undefined): Json | undefined =>
    amount === undefined || amount['unit'] !== undefined || counted === undefined
      ? amount
      : (some({ ...amount, unit: text, system: unit?.['system'], code: unit?.['system'] === undefined ? undefined : unit['code'] }) as Json)
  const [one, low, high] = [quantity(element), quantity(element.first('low')), quantity(element.first('high'))].map(named)
  if (one !== undefined) return { [`${kind}Quantity`]: one }
  return low === undefined && high === undefined ? {} : { [`${kind}Range`]: some({ low, high }) }
}

/** A precondition gives the reason for a medicine as needed. */
function asNeeded(element: Element, mapping: Mapping): Json {
  const condition = element.first('precondition')
  if (condition === undefined) return {}
  const criterion = condition.first('criterion')
  const concept_ = concept(criterion?.first('value'), mapping.words)
  const text = wordsOf(criterion?.first('text'), mapping.words)
  condition.readAll()
  const why = concept_ ?? (text === undefined ? undefined : { text })
  return why === undefined ? { asNeededBoolean: true } : { asNeededCodeableConcept: why }
}

/** The dosage as it was typed: "1 tablet twice a day". */
function freeTextOf(element: Element, mapping: Mapping): string | undefined {
  const found = inner(element, 'substanceAdministration').find((one) => hasTemplate(one, freeText))
  const text = wordsOf(found?.first('text'), mapping.words)
  found?.readAll()
  return text
}

function instructionsIn(element: Element, mapping: Mapping): string | undefined {
  const words = inner(element, 'act')
    .filter((act) => hasTemplate(act, instruction) || act.elements.find(({ name }) => name === 'code')?.attribute('code') === 'PINSTRUCT')
    .flatMap((act) => {
      const text = wordsOf(act.first('text'), mapping.words) ?? act.first('code')?.attribute('displayName')
      if (text !== undefined) act.readAll()
      return text ?? []
    })
  return words.length === 0 ? undefined : words.join('\n')
}
