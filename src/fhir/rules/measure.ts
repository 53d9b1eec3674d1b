import { isObject, type Json, list } from '../profile/items.ts'
import { numberOf } from '../search/numbers.ts'
import { textOf } from '../runtime/check.ts'
import type { Place, Rule } from './strict.ts'

const codesOf = (concept: unknown): string[] => (isObject(concept) ? list(concept.coding).map(({ system, code }) => `${textOf(system)}|${textOf(code)}`) : [])
/** Two concepts are the same when they share a coding or their text. */
const keysOf = (concept: unknown): string[] => [...codesOf(concept), ...(isObject(concept) && typeof concept.text === 'string' ? [`text ${concept.text}`] : [])]

/** Finds a part of a measure by the code of a part of the report; of several with the same code, the first. */
function byCode(parts: readonly Json[]): (concept: unknown) => Json | undefined {
  const found = new Map<string, Json>()
  for (const part of parts) for (const key of keysOf(part.code)) found.getOrInsert(key, part)
  return (concept) => {
    for (const key of keysOf(concept)) if (found.has(key)) return found.get(key)
    return undefined
  }
}

/** measure.html: criteria in CQL are the names of definitions in a library. */
export const measureRule: Rule = (measure, { check, depth }) => {
  const stratifiers = list(measure.group).flatMap((group) => list(group.stratifier))
  const judged = [...stratifiers, ...stratifiers.flatMap((one) => list(one.component)), ...list(measure.supplementalData)]
  const usesCql = judged.some(({ criteria }) => isObject(criteria) && textOf(criteria.language).startsWith('text/cql'))
  const libraries = Array.isArray(measure.library) ? measure.library : []
  const isThere = (canonical: unknown) =>
    typeof canonical === 'string' &&
    (canonical.startsWith('#') ? list(measure.contained).some(({ id }) => `#${textOf(id)}` === canonical) : check.known?.find(canonical) !== undefined)
  if (usesCql && !libraries.some(isThere)) {
    check.add(
      'business-rule',
      check.path(depth),
      'the measure has criteria in CQL and no library that is known here',
      'Add the library, contained or in a package.',
    )
  }
}

/** measurereport.html: a report has the groups, populations and stratifiers of its measure, if the measure is known. */
export const measureReportRule: Rule = (report, place) => {
  const { check, depth } = place
  const contained = list(report.contained)
  const canonical = textOf(report.measure)
  const measure = canonical.startsWith('#') ? contained.find(({ id }) => `#${textOf(id)}` === canonical) : check.known?.find(canonical)
  if (measure?.resourceType !== 'Measure') return
  const groups = list(measure.group)
  const reported = list(report.group)
  const ofCode = byCode(groups)
  const used = new Set<Json>()
  reported.forEach((group, index) => {
    const path = `${check.path(depth)}.group[${index}]`
    const isOnly = groups.length === 1 && reported.length === 1
    const match = isOnly && (group.code === undefined || groups[0]?.code === undefined) ? groups[0] : ofCode(group.code)
    if (match !== undefined && used.has(match)) return check.add('business-rule', path, 'the group of this code is reported twice', 'Report it once.')
    if (match === undefined) return check.add('business-rule', path, 'the measure has no group of this code', 'Use the code of a group of the measure.')
    used.add(match)
    scored(group, measure, report, path, place)
    populations(group, match, report, path, place)
    stratifiers(group, match, path, place)
  })
  for (const group of groups) {
    if (!used.has(group) && report.type !== 'data-collection')
      check.add('business-rule', check.path(depth), 'a group of the measure is not reported', 'Add the group.')
  }
}

const withScore = new Set(['proportion', 'ratio', 'continuous-variable'])

function scored(group: Json, measure: Json, report: Json, path: string, { check }: Place): void {
  const scoring = codesOf(measure.scoring).map((code) => code.split('|')[1])[0]
  const isData = report.type === 'data-collection'
  if (scoring === undefined || scoring === '' || isData) return
  const { measureScore: score } = group
  const hasScore = score !== undefined
  const says = (text: string, hint: string) => check.add('business-rule', `${path}.measureScore`, text, hint)
  // measurereport.html: a cohort is only counted and has no score.
  if (scoring === 'cohort' && hasScore) says('a measure with cohort scoring has no measureScore', 'Leave it out.')
  if (!withScore.has(scoring)) return
  if (!isObject(score)) return says(`a report of a measure with ${scoring} scoring has a measureScore`, 'Add the measureScore.')
  const value = numberOf(score.value)
  if (value === null && score.extension === undefined) says('a measureScore has a value', 'Add the value.')
  if (scoring !== 'proportion') return
  if (score.unit !== undefined || score.system !== undefined || score.code !== undefined) says('a proportion has no unit', 'Leave the unit out.')
  if (value !== null && (value < 0 || value > 1)) says('a proportion lies between 0 and 1', 'Write the share, not the percentage.')
}

const observed = 'http://terminology.hl7.org/CodeSystem/measure-population|measure-observation'

function populations(group: Json, match: Json, report: Json, path: string, { check }: Place): void {
  const defined = list(match.population)
  const ofCode = byCode(defined)
  const seen = new Set<Json>()
  list(group.population).forEach((population, index) => {
    const at = `${path}.population[${index}]`
    const definition = ofCode(population.code)
    if (definition !== undefined && seen.has(definition)) check.add('business-rule', at, 'the population of this code is reported twice', 'Report it once.')
    if (definition !== undefined) seen.add(definition)
    else if (defined.length > 0)
      check.add('business-rule', at, 'the measure has no population of this code in this group', 'Use the code of a population of the measure.')
    if (report.type !== 'subject-list' && population.subjectResults !== undefined)
      check.add('business-rule', at, 'only a report of the type subject-list names the subjects', 'Leave subjectResults out.')
    if (report.type === 'subject-list' && population.subjectResults === undefined && (numberOf(population.count) ?? 0) > 0)
      check.add('business-rule', at, 'subjects are counted, and none is listed', 'Add subjectResults.')
    const subjects = isObject(population.subjectResults) ? textOf(population.subjectResults.reference) : ''
    const found = subjects === '' ? undefined : check.resolve(subjects)
    const count = numberOf(population.count)
    if (found?.resourceType === 'List' && count !== null && list(found.entry).length !== count)
      check.add('business-rule', at, `the count is ${count}, and ${list(found.entry).length} subjects are listed`, 'Make them agree.')
  })
  if (defined.some((one) => !seen.has(one) && !codesOf(one.code).includes(observed)))
    check.add('business-rule', path, 'a population of the measure is not reported', 'Add the population.')
}

function stratifiers(group: Json, match: Json, path: string, { check }: Place): void {
  const defined = list(match.stratifier)
  const reported = list(group.stratifier)
  const ofCode = byCode(defined)
  reported.forEach((stratifier, index) => {
    const codes = Array.isArray(stratifier.code) ? stratifier.code : [stratifier.code]
    if (!codes.some((code) => ofCode(code) !== undefined))
      check.add(
        'business-rule',
        `${path}.stratifier[${index}]`,
        'the measure has no stratifier of this code in this group',
        'Use the code of a stratifier of the measure.',
      )
  })
  if (reported.length < defined.length) check.add('business-rule', path, 'a stratifier of the measure is not reported', 'Add the stratifier.')
}
