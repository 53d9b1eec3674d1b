import { createRequire } from 'node:module'

/**
 * A UCUM unit in base units: a quantity `v` of it is `v * factor + offset` of `unit`. Two quantities can be compared when their `unit`
 * is the same. Logarithmic units (pH, B[SPL]) are no multiple of another unit, so each is its own base.
 */
export type CanonicalUnit = { unit: string; factor: number; offset: number }

export type Units = {
  /** Null when the text is not a UCUM unit. */
  canonical(code: string): CanonicalUnit | null
  /** The English name of the unit, or null when the text is not a unit. */
  nameOf(code: string): string | null
}

/** What the library of the National Library of Medicine knows of a unit (`Unit` in its sources). */
type Measured = {
  name_: string | number | null
  magnitude_: number
  dim_: { dimVec_: number[] | null } | null
  cnv_: string | null
  cnvPfx_: number
  isArbitrary_: boolean
  moleExp_: number
  equivalentExp_: number
}
type Library = { getSpecifiedUnit(code: string, use: 'validate'): { unit: Measured | null; origString: string | null } }
type Known = { canonical: CanonicalUnit; name: string }

const require = createRequire(import.meta.url)
const entriesMax = 5000
const lengthMax = 128
const bases = ['m', 's', 'g', 'rad', 'K', 'C', 'cd']
const avogadro = 6.0221367e23
const digits = 12

/** Each unit is parsed once and remembered; the library itself (70 ms, 14 MB) is loaded for the first one. */
export function createUnits(): Units {
  const seen = new Map<string, Known | null>()
  let library: Library | undefined

  function known(code: string): Known | null {
    const found = seen.get(code)
    if (found !== undefined) return found
    library ??= require('@lhncbc/ucum-lhc').UcumLhcUtils.getInstance() as Library
    const made = isWritable(code) ? measure(library, code) : null
    if (seen.size >= entriesMax) seen.clear() // A record uses some hundred units; a client that sends thousands makes them be parsed again.
    seen.set(code, made)
    return made
  }

  return { canonical: (code) => known(code)?.canonical ?? null, nameOf: (code) => known(code)?.name ?? null }
}

/** UCUM is printable ASCII without spaces (section 2.2). The library would correct some other texts, but a corrected code is not the one that was sent. */
const isWritable = (code: string): boolean => code.length > 0 && code.length <= lengthMax && /^[\x21-\x7e]+$/.test(code)

function measure(library: Library, code: string): Known | null {
  const { unit, origString } = library.getSpecifiedUnit(code, 'validate')
  if (unit === null || unit === undefined) return null
  if (origString !== null && origString !== undefined && origString !== code) return null
  // The library's name of the unit 1 is a number.
  return { canonical: canonicalOf(unit, code), name: String(unit.name_ ?? code) }
}

function canonicalOf(unit: Measured, code: string): CanonicalUnit {
  const itself = { unit: code, factor: 1, offset: 0 }
  if (unit.cnv_ !== null && unit.cnv_ !== undefined) return temperature(unit, code) ?? itself
  const arbitrary = unit.isArbitrary_ ? arbitraryAtom(code) : ''
  if (arbitrary === null) return itself
  const exponents: [string, number][] = (unit.dim_?.dimVec_ ?? []).map((exponent, at) => [bases[at] as string, exponent])
  exponents.push(['mol', unit.moleExp_ ?? 0], ['eq', unit.equivalentExp_ ?? 0], [arbitrary, arbitrary === '' ? 0 : 1])
  const label = exponents.filter(([, exponent]) => exponent !== 0).map(([base, exponent]) => (exponent === 1 ? base : `${base}${exponent}`))
  const particles = avogadro ** ((unit.moleExp_ ?? 0) + (unit.equivalentExp_ ?? 0))
  return { unit: label.join('.') || '1', factor: rounded(unit.magnitude_ / particles), offset: 0 }
}

/** `1 / 1000 / 0.001` is not exactly one in binary, so factors are rounded to twelve digits, more than any measurement has. */
const rounded = (value: number): number => Number(value.toPrecision(digits))

/** Temperatures are the only special units that convert by a factor and an offset. */
function temperature(unit: Measured, code: string): CanonicalUnit | null {
  if (unit.cnv_ === 'Cel') return { unit: 'K', factor: rounded(unit.magnitude_ * unit.cnvPfx_), offset: 273.15 }
  if (code === '[degF]') return { unit: 'K', factor: 5 / 9, offset: 273.15 - (32 * 5) / 9 }
  return null
}

/** International units of two substances cannot be compared (UCUM, section 3.2), so the name of the base unit contains the substance's atom. */
function arbitraryAtom(code: string): string | null {
  const atoms = code.replace(/\{[^}]*\}/g, '').match(/\[[^\]]*\]/g) ?? []
  return atoms.length === 1 ? (atoms[0] as string).toUpperCase() : null
}
