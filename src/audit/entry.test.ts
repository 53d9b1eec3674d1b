import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anEntry, doctorWho } from '../testing/audit.ts'
import { link, noHash } from './chain.ts'
import { belgradeTime, writeEntry } from './entry.ts'

const now = new Date('2026-11-23T01:12:01.120Z')

test('the text of an entry holds everything that is known about the look, in one fixed order', () => {
  const { text, ...columns } = writeEntry(anEntry({ count: 3 }), now)
  assert.equal(
    text,
    '{"at":"2026-11-23T01:12:01.120Z","atBelgrade":"23.11.2026. 02:12:01","action":"read","decision":"permit",' +
      '"who":{"id":"doctor-1","name":"др Милица Јовановић","kind":"person","role":"doctor","institution":7,"institutionName":"ДЗ Савски венац",' +
      '"unit":71,"unitName":"Општа медицина"},"patient":1001,"what":"Observation/7f9c0d52-5a1e-4f0e-9d3b-1a2b3c4d5e6f",' +
      '"purpose":"treatment","basis":"chosen-doctor","correlation":"c-1","count":3}',
  )
  assert.deepEqual(columns, { patient: 1001, at: '2026-11-23T01:12:01.120Z', actor: 'doctor-1', institution: 7, action: 'read', decision: 'permit' })
})

test('Belgrade time follows summer time, and the year turns there first', () => {
  const cases: [string, string][] = [
    ['2026-03-29T00:59:59Z', '29.03.2026. 01:59:59'],
    ['2026-03-29T01:00:00Z', '29.03.2026. 03:00:00'],
    ['2026-10-25T00:30:00Z', '25.10.2026. 02:30:00'],
    ['2026-10-25T01:30:00Z', '25.10.2026. 02:30:00'],
    ['2026-12-31T23:00:00Z', '01.01.2027. 00:00:00'],
  ]
  for (const [instant, text] of cases) assert.equal(belgradeTime(new Date(instant)), text)
})

test('a personal number that slips in is not kept, other numbers are', () => {
  const kept = ['Observation/0f9c0d52-5a1e-4f0e-9d3b-123456789012', 'Patient/a12345678901', 'Encounter/42', '20261123011201123']
  const numbers = ['identifier=urn:rs:jmbg|0101985710113', 'Patient/04512345678', 'JMBG0101985710113.']
  for (const what of kept) assert.ok(writeEntry(anEntry({ what }), now).text.includes(what), what)
  for (const what of numbers) assert.ok(!/\d{11}/.test(writeEntry(anEntry({ what, patient: null }), now).text), what)
  const everywhere = writeEntry(
    anEntry({
      who: { ...doctorWho, id: '0101985710113', name: '0101985710113', role: '0101985710113' },
      correlation: '0101985710113',
      basis: '0101985710113',
      purpose: '04512345678',
    }),
    now,
  )
  assert.ok(!/\d{11}/.test(everywhere.text + everywhere.actor))
})

test('text from outside cannot break a line, hold a zero byte or be without end', () => {
  const { text, actor } = writeEntry(anEntry({ what: `a\nb\0c\ud800${'x'.repeat(9_000)}`, who: { ...doctorWho, id: 'a\0b' } }), now)
  assert.ok(!text.includes('\n') && !text.includes('\0') && text.isWellFormed())
  assert.ok(JSON.parse(text).what.length <= 2_000)
  assert.equal(actor, 'ab')
})

test('each hash depends on the stream, the number, the text and everything before', () => {
  const entries = [writeEntry(anEntry(), now), writeEntry(anEntry(), now)]
  const start = { seq: 0, hash: noHash }
  const links = link(start, 1, entries)
  const [first, second] = [links.hashes.subarray(0, 32), links.hashes.subarray(32)]
  assert.equal(links.head.seq, 2)
  assert.ok(links.head.hash.equals(second) && !first.equals(second))
  assert.ok(!link(start, 2, entries).head.hash.equals(second))
  assert.ok(!link({ seq: 1, hash: noHash }, 1, entries).head.hash.equals(second))
  assert.deepEqual(start, { seq: 0, hash: noHash }, 'the head moves only after the commit')
})
