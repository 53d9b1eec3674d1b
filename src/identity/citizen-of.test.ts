import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPlatform } from '../testing/platform.ts'
import { jmbgCheckDigit } from './check-digits.ts'
import { citizenOf } from './citizen-of.ts'
import { registerPeople } from './register-people.ts'

test('a person who signs in is found by JMBG or EBS, and by no other number', async (t) => {
  const { world, sql } = await startPlatform(t)
  const jmbg = `010198571501${jmbgCheckDigit('010198571501')}`
  const ebs = '9912345678901'
  const people = [
    { family: 'Марић', given: 'Мара', birthDate: '1985-01-01', sex: 'female' as const, jmbg },
    { family: 'Smith', given: 'John', birthDate: '1980-01-01', sex: 'male' as const, ebs },
  ]
  const [mara, john] = await sql.begin((tx) => registerPeople(tx, world, people))
  assert.deepEqual(await citizenOf(world, jmbg), { patient: mara?.root, person: mara?.handle, name: 'Мара Марић' })
  assert.deepEqual(await citizenOf(world, ebs), { patient: john?.root, person: john?.handle, name: 'John Smith' })
  assert.equal(await citizenOf(world, `020198571501${jmbgCheckDigit('020198571501')}`), null)
  assert.equal(await citizenOf(world, '0000000000000'), null)
})
