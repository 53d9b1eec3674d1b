import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { declaredMapping, mapCda, mapCsv, mapHl7, readMessage } from '../edge/edge.ts'
import { parseConfig } from '../edge/process/config.ts'
import { mustFit } from '../edge/process/map-items.ts'
import { testFhir } from '../testing/fhir.ts'

const guide = (name: string) => readFileSync(`docs/guides/${name}.md`, 'utf8')
const example = (name: string, language: string): string => {
  const found = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(guide(name))?.[1]
  assert.ok(found, `${name} has an example of ${language}`)
  return found
}
const typesIn = (bundle: object) => (bundle as { entry: { resource: { resourceType: string } }[] }).entry.map(({ resource }) => resource.resourceType)
const key = 'A'.repeat(43)

describe('the examples of the guides, word for word', () => {
  test('the settings are settings of an edge', () => {
    for (const name of ['edge-hl7v2', 'edge-cda', 'edge-csv', 'edge-rest', 'edge-inbound', 'edge-calls'])
      for (const [, settings] of guide(name).matchAll(/^```yaml\n([^]*?)^```$/gm))
        parseConfig(`member: acme-lis\ncentre: { url: "http://localhost:8080", key: edge-key.json, signs: ${key} }\n${settings}`, 'edge.yaml')
  })

  test('each document is mapped, without a loss, to a patient and what is said of them', async () => {
    const hl7 = mapHl7(readMessage(Buffer.from(example('edge-hl7v2', 'hl7').replaceAll('\n', '\r')), 'windows-1250'), { localSystem: 'urn:id:acme-lis' })
    assert.deepEqual(hl7.losses, [])
    assert.ok(['Patient', 'DiagnosticReport', 'Observation'].every((type) => typesIn(hl7.bundle).includes(type)))
    const cda = mapCda(Buffer.from(example('edge-cda', 'xml')))
    assert.deepEqual(cda.losses, [])
    assert.ok(['Patient', 'Composition'].every((type) => typesIn(cda.bundle).includes(type)))
    const { types, validate } = await testFhir()
    const written = JSON.parse(readFileSync('docs/guides/edge/laboratory.json', 'utf8'))
    const [row] = [
      ...mapCsv(Buffer.from(example('edge-csv', 'csv')), declaredMapping({ ...written, format: { ...written.format, charset: 'UTF-8' } }, types), 'x.csv'),
    ]
    assert.ok(row && 'mapped' in row && ['Patient', 'Observation'].every((type) => typesIn(row.mapped.bundle).includes(type)))
    for (const entry of JSON.parse(example('edge-rest', 'json')).entry)
      assert.deepEqual(
        validate(entry.resource).filter(({ severity }: { severity: string }) => severity === 'error'),
        [],
      )
  })
})

test('a file of the size that the guides name fits into a message, and a larger one is refused before the local system hears yes', async () => {
  const config = parseConfig(`member: acme-lis\ncentre: { url: "http://localhost:8080", key: edge-key.json, signs: ${key} }`, 'edge.yaml')
  const file = (mb: number) => Buffer.alloc(mb * 1_048_576, 7).toString('base64')
  const cda = (mb: number) =>
    example('edge-cda', 'xml').replace(
      /<component><structuredBody>[^]*<\/structuredBody><\/component>/,
      `<component><nonXMLBody><text mediaType="application/pdf" representation="B64">${file(mb)}</text></nonXMLBody></component>`,
    )
  const hl7 = (mb: number) =>
    example('edge-hl7v2', 'hl7')
      .replaceAll('\n', '\r')
      .replace(/OBX\|[^]*$/, `OBX|1|ED|PDF^Report^L||^application^pdf^Base64^${file(mb)}||||||F\r`)
  for (const name of ['edge-cda', 'edge-hl7v2']) assert.match(guide(name), /up to 2\.4 MB/)
  for (const [protocol, document] of [
    ['cda', cda],
    ['hl7v2', hl7],
  ] as const) {
    const fits = (mb: number) => mustFit(config, { source: 'local', protocol, name: 'a letter', original: Buffer.from(document(mb)) })
    await fits(2.4)
    await assert.rejects(fits(2.7), /mapped, with the original beside it, it has 9 MB, and the bus carries 8/)
  }
})

test('the catalogue of errors has a row for each check that a run can fail', () => {
  const catalogue = guide('edge-errors')
  for (const words of ['the patient is in the record once', 'the name', 'the result', 'the patient has', 'is taken', 'is refused'])
    assert.ok(catalogue.includes(words), words)
})
