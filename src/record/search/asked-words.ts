import type { Narrowing } from '../../fhir/fhir.ts'
import type { Asking } from '../asking.ts'
import { beginForm, nearForm, stringMax, typeOfNames } from '../write/rows.ts'
import { areBeginningsIndexed } from './beginnings.ts'

/** A condition of a search on a parameter that has been indexed since the beginning; `entry` is its place among all of them. */
export type Own = Narrowing & { entry: number }

/** A word of each result has one of these forms in record.sound. A beginning that very many words have is not worth asking for: `isBeginning`. */
export type AskedWord = { entry: number; forms: number[]; isBeginning: boolean }

/** What the conditions ask of the words of names. Conditions that ask something else, or that words cannot decide, are left out. */
export async function askedWords(asking: Asking, type: string, own: readonly Own[]): Promise<AskedWord[]> {
  const begun = own.flatMap((one) => beginningOf(asking, type, one))
  const isIndexed = begun.length > 0 && (await areBeginningsIndexed(asking.world))
  return [...own.flatMap((one) => soundsOf(asking, one)), ...(isIndexed ? begun : [])]
}

function soundsOf({ world: { hashes } }: Asking, { any: [only, ...others], entry }: Own): AskedWord[] {
  if (only?.is !== 'sounds' || others.length > 0) return []
  return only.near.map((forms) => ({ entry, forms: forms.map((form) => hashes.of(nearForm(form))), isBeginning: false }))
}

/** The parameters whose values are parts of a name. */
const codesOfNames = new Set(['name', 'given', 'family'])

/** Texts that go on behind their first word are few, so that what begins with them is found by the text itself. */
function beginningOf({ world: { fhir, hashes } }: Asking, type: string, { code, any, entry }: Own): AskedWord[] {
  if (type !== typeOfNames || !codesOfNames.has(code)) return []
  const forms = any.map((one) => {
    if (one.is !== 'string' || one.how !== 'starts' || one.of !== undefined) return null
    const text = one.value.slice(0, stringMax)
    return fhir.firstWord(text) === text ? beginForm(text) : null
  })
  const known = forms.filter((form) => form !== null)
  return known.length === 0 || known.length < forms.length ? [] : [{ entry, forms: known.map(hashes.of), isBeginning: true }]
}
