import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ana, headOf, type Loose, mappedHl7, segment } from '../../../testing/hl7.ts'

const booked = async (event: string, sch: Record<number, string>, ...lines: string[]) =>
  await mappedHl7([headOf(`SIU^${event}`), segment('SCH', { 1: 'B1', 11: '^^M30^20260401090000', ...sch }), ana, ...lines])

test('the status of an appointment is read however it is written, and the event takes precedence', async () => {
  for (const [event, said, status] of [
    ['S14', 'Checked In', 'checked-in'],
    ['S14', 'ARR^Arrived', 'arrived'],
    ['S12', 'Scheduled', 'booked'],
    ['S14', 'No Show', 'noshow'],
    ['S14', 'Canceled', 'cancelled'],
    ['S15', 'Scheduled', 'cancelled'],
    ['S12', 'шта год', 'booked'],
  ] as const)
    assert.equal((await booked(event, { 25: said })).first('Appointment')['status'], status, `${event} ${said}`)
})

test('a doctor in the field for equipment is not a device', async () => {
  const doctor = 'D1^Јовић^Марко'
  for (const [sch, line] of [
    [{}, `AIP|1|A|${doctor}`],
    [{ 16: doctor }, 'AIL|1|A|АМБ'],
  ] as const) {
    const { all, first, at } = await booked('S12', sch, `AIG|1|A|${doctor}`, 'AIG|2|A|UZ1^Ултразвук^L', line)
    assert.equal(all('Practitioner').length, 1)
    assert.deepEqual(
      all('Device').flatMap((one) => one['type']?.coding[0].code ?? []),
      ['UZ1'],
    )
    assert.ok(first('Appointment')['participant'].some(({ actor }: Loose) => at(actor as object).resourceType === 'Practitioner'))
  }
})

test('the order of an appointment is named', async () => {
  const { first, losses } = await booked('S12', { 26: 'P1^BIS', 27: 'F1^RIS' })
  assert.deepEqual(
    first('Appointment')['basedOn'].map(({ identifier }: Loose) => (identifier as { value: string }).value),
    ['P1', 'F1'],
  )
  assert.deepEqual(losses, [])
})
