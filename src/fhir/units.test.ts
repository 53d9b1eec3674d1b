import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUnits } from './units.ts'

const units = createUnits()
const inBase = (value: number, code: string): [number, string] => {
  const base = units.canonical(code)
  assert.ok(base, `${code} is a unit`)
  return [Number((value * base.factor + base.offset).toPrecision(10)), base.unit]
}

test('the same amount in two units is the same in base units', () => {
  const same: [number, string, number, string][] = [
    [1, 'g/L', 100, 'mg/dL'],
    [5.4, 'mmol/L', 0.0054, 'mol/L'],
    [37, 'Cel', 98.6, '[degF]'],
    [37, 'Cel', 310.15, 'K'],
    [4.5, '10*9/L', 4500, '/uL'],
    [4.5, '10*9/L', 4500, '{cells}/uL'],
    [1, 'h', 3600, 's'],
    [1, '[in_i]', 2.54, 'cm'],
    [5, 'm[IU]/L', 5, 'u[IU]/mL'],
    [50, '%', 0.5, '1'],
    [1, 'L', 1, 'l'],
  ]
  for (const [value, code, other, otherCode] of same)
    assert.deepEqual(inBase(value, code), inBase(other, otherCode), `${value} ${code} = ${other} ${otherCode}`)
})

test('units of different kinds have different base units', () => {
  const different: [string, string][] = [
    ['g/L', 'mol/L'],
    ['mol/L', '/L'],
    ['mol/L', 'eq/L'],
    ["[arb'U]/mL", '[IU]/mL'],
    ['[pH]', '1'],
    ['m', 's'],
    ['Cel', 'm'],
  ]
  for (const [one, other] of different) assert.notEqual(units.canonical(one)?.unit, units.canonical(other)?.unit, `${one} is not ${other}`)
})

test('a text that only looks like a unit is none, and is not corrected', () => {
  for (const text of ['', 'foo', 'mmHg', 'iU', ' mg', 'mg ', 'cells/uL', 'mg/', '×10⁹/l', 'm'.repeat(5000)])
    assert.equal(units.canonical(text), null, JSON.stringify(text.slice(0, 20)))
})

test('a unit has a name', () => {
  assert.equal(units.nameOf('mmol/L'), 'millimole per liter')
  assert.equal(units.nameOf('1'), '1', 'a number as a name would end a validation, and stand as one in a $lookup')
  assert.equal(units.nameOf('foo'), null)
})
