import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { corpus, readText } from '../testing/corpora.ts'
import { startServer } from '../testing/server.ts'

// Patient summaries of other countries, as their systems wrote them.

type Entry = { fullUrl?: string; resource: { resourceType: string; id?: string } }

/** Does what a receiving system does with a document: each of its entries becomes an entry of its own record. */
function asTransaction(entries: Entry[]): object {
  const entry = entries.map(({ fullUrl, resource }, at) => ({
    fullUrl: fullUrl ?? `urn:uuid:00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    resource,
    request: { method: 'POST', url: resource.resourceType },
  }))
  return { resourceType: 'Bundle', type: 'transaction', entry }
}

test('summaries of other countries are kept exactly as documents, and their entries make a record that reads as a whole', { timeout: 120_000 }, async (t) => {
  const folder = corpus(t, 'ips-bundles')
  if (folder === null) return
  const { institution } = await startServer(t)
  const { send } = await institution('А')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
  const count = { documents: 0, kept: 0, records: 0 }
  const refused: string[] = []
  for (const file of files) {
    const text = readText(join(folder, file))
    const bundle = JSON.parse(text) as { resourceType: string; type: string; entry?: Entry[] }
    if (bundle.resourceType !== 'Bundle') continue
    count.documents++
    const whole = await send('POST', '/fhir/Bundle', text)
    if (whole.status === 201) {
      const { id: _, meta: __, ...sent } = JSON.parse(text)
      const { id: ___, meta: ____, ...read } = (await send('GET', `/fhir/Bundle/${whole.body.id}`)).body
      assert.deepEqual(read, sent, file)
      count.kept++
    } else refused.push(`${basename(file)} as a document: ${whole.status} ${reasonOf(whole.body)}`)
    const filed = await send('POST', '/fhir', asTransaction(bundle.entry ?? []))
    if (filed.status !== 200) {
      refused.push(`${basename(file)} as entries: ${filed.status} ${reasonOf(filed.body)}`)
      continue
    }
    count.records++
    const place = filed.body.entry.map((one: any) => one.response.location as string).find((location: string) => location.includes('Patient/'))
    const id = /Patient\/([^/]+)/.exec(place ?? '')?.[1]
    const everything = await send('GET', `/fhir/Patient/${id}/$everything?_count=1000`)
    assert.equal(everything.status, 200, `${file}: ${everything.text.slice(0, 300)}`)
    const ofPatient = (bundle.entry ?? []).find(({ resource }) => resource.resourceType === 'Patient')?.fullUrl
    // A reference out of the document is kept as it is; its subject is somebody who is not here.
    const clinical = (bundle.entry ?? []).filter(({ resource }) => isClinical(resource) && subjectOf(resource) === ofPatient)
    const found = everything.body.entry.filter((one: any) => isClinical(one.resource))
    assert.ok(found.length >= clinical.length, `${file}: ${found.length} of ${clinical.length} entries`)
  }
  t.diagnostic(`${count.documents} documents, ${count.kept} kept, ${count.records} became records`)
  for (const one of refused) t.diagnostic(one)
  assert.ok(count.documents >= 30)
  assert.ok(count.kept / count.documents >= 0.5, refused.join('\n'))
})

const isClinical = ({ resourceType }: { resourceType: string }) =>
  ['AllergyIntolerance', 'Condition', 'MedicationStatement', 'Immunization'].includes(resourceType)
const subjectOf = (resource: any): unknown => (resource.subject ?? resource.patient)?.reference
const reasonOf = (body: any) => {
  const first = body?.issue?.find((issue: any) => issue.severity !== 'warning')
  return `${first?.expression?.[0] ?? ''} ${first?.diagnostics ?? ''}`.slice(0, 160)
}
