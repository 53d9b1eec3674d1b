import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentOf } from './document.ts'
import type { Item } from './pieces.ts'

test('an attachment links to the record or to the web, whatever address was filed, and never to anything that a browser would run', () => {
  const linkOf = (url: string) => {
    const resource = { resourceType: 'DocumentReference', id: 'd', content: [{ attachment: { title: 'Налаз', url } }] }
    return documentOf({ resource, source: { institution: 'А', author: null, version: 1 } } as unknown as Item, new Map()).attachments[0]?.url
  }
  assert.equal(linkOf('Binary/b-1'), '/fhir/Binary/b-1')
  assert.equal(linkOf('https://pacs.example/study/1'), 'https://pacs.example/study/1')
  for (const url of [
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'blob:http://x/y',
    'file:///etc/passwd',
    '//evil.example/x',
    '/sign-out',
    'Binary/../Patient',
    'urn:uuid:1',
    'http:',
  ])
    assert.equal(linkOf(url), null, url)
})
