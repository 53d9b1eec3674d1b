import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { formsPage } from './forms-page.ts'
import { wireOf } from './messages/fetch-messages.ts'

test('docs/reference/bus-forms.md says what the code reads', () => {
  assert.equal(readFileSync('docs/reference/bus-forms.md', 'utf8'), formsPage())
})

test('the page names every field of a delivery, and no other', () => {
  const said = { from: 'a', to: 'b/c', messageId: 'm', contentType: 'x/y', digest: 'd', subject: 's', answers: 'n', kid: 'k', base: 'b', signature: 's' }
  const more = { at: 't', method: 'GET', path: '/', corrects: {}, traceparent: 't', part: {} }
  const delivery = { seq: 1, message: 'm', service: 's', number: 7, patient: null, key: null, outOfOrder: true, attempts: 1, storedAt: new Date(0) }
  const given = Object.keys(wireOf({ ...delivery, entry: JSON.stringify({ ...said, ...more }), body: Buffer.alloc(0), isLarge: true }))
  const section = /## A delivery\n([\s\S]*?)\n## /.exec(formsPage())?.[1] ?? ''
  const named = [...section.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, names]) =>
    [...(names as string).matchAll(/`(\w+)`/g)].map(([, name]) => name),
  )
  assert.deepEqual(named.toSorted(), given.toSorted())
})
