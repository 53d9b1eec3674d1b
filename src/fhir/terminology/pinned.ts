import { Refusal } from '../../platform/refusal.ts'
import { type Known, systemOf } from './membership.ts'
import { type Include, splitCanonical, type ValueSetResource } from './resources.ts'

/** Which versions of code systems an expansion takes, and which systems it leaves out (R4, valueset-operation-expand); each is `url|version`. */
export type Pins = {
  /** The version for includes that name none. */
  systemVersion?: readonly string[]
  /** The same, and includes that name another version are an error. */
  checkSystemVersion?: readonly string[]
  /** The version whatever the includes name. */
  forceSystemVersion?: readonly string[]
  /** A code system, or one version of it. */
  excludeSystem?: readonly string[]
}

/** The definitions as these pins have them: for the value set itself and for every other that it imports. */
export function pinned(known: Known, pins: Pins): { known: Known; pin(valueSet: ValueSetResource): ValueSetResource; isLeftOut(system: string): boolean } {
  const [given, checked, forced] = [pins.systemVersion, pins.checkSystemVersion, pins.forceSystemVersion].map(versionsOf)
  const left = (pins.excludeSystem ?? []).map(splitCanonical)
  const leavesOut = (url: string, version: string | undefined): boolean =>
    left.some((one) => one.url === url && (one.version === undefined || one.version === version))

  const isLeftOut = (system: string): boolean => {
    const { url, version } = splitCanonical(system)
    return left.some((one) => one.url === url) && leavesOut(url, version ?? known.codeSystem(url)?.about.version)
  }
  const pinOne = (include: Include): Include => {
    if (include.system === undefined) return include
    const { url } = splitCanonical(include.system)
    const { version: own } = splitCanonical(systemOf(include))
    const must = checked?.get(url)
    if (must !== undefined && own !== undefined && own !== must) throw otherVersion(url, own, must)
    const version = forced?.get(url) ?? own ?? must ?? given?.get(url)
    return version === own ? include : { ...include, system: url, ...(version === undefined ? {} : { version }) }
  }
  const pinAll = (includes: readonly Include[]): Include[] =>
    includes.map(pinOne).filter(({ system, version }) => system === undefined || !isLeftOut(version === undefined ? system : `${system}|${version}`))
  const pin = (valueSet: ValueSetResource): ValueSetResource => {
    const { include, exclude } = valueSet.compose ?? {}
    if (include === undefined) return valueSet
    return { ...valueSet, compose: { ...valueSet.compose, include: pinAll(include), ...(exclude === undefined ? {} : { exclude: pinAll(exclude) }) } }
  }
  const valueSets = new Map<string, ValueSetResource | null>()
  const valueSet = (url: string): ValueSetResource | null => {
    let found = valueSets.get(url)
    if (found === undefined) {
      const plain = known.valueSet(url)
      found = plain === null ? null : pin(plain)
      valueSets.set(url, found)
    }
    return found
  }
  return { known: { ...known, valueSet }, pin, isLeftOut }
}

function versionsOf(pins: readonly string[] = []): Map<string, string> {
  return new Map(
    pins.map((text): [string, string] => {
      const { url, version } = splitCanonical(text)
      if (url !== '' && version !== undefined) return [url, version]
      throw new Refusal('incorrect', 'the version of a code system is written url|version', { hint: 'For example http://loinc.org|2.56.' })
    }),
  )
}

function otherVersion(url: string, own: string, must: string): Refusal {
  const why = `the value set names version ${own} of ${url}, and ${must} is asked for`
  return new Refusal('unprocessable', why, {
    issues: [{ severity: 'error', code: 'conflict', diagnostics: why, hint: 'force-system-version expands with it all the same.' }],
  })
}
