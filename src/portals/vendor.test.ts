import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { operator } from './testing/operator-fixtures.ts'
import { certificateShown, signedUp, systemShown, systemsShown } from './testing/vendor-fixtures.ts'
import { axeFindsNothing, stageForFile } from './testing/visits.ts'

// The sandbox's pages on invented answers. The server's answers are tested in src/vendor.

const site = stageForFile()
const cyrillic = /.{0,20}[Ѐ-ӿ].{0,20}/g
const system = `/vendor/systems/${systemShown.id}`

function answers(): void {
  site.stage.me(operator)
  site.stage.answer('/vendor/systems', (request) => (request.method === 'POST' ? signedUp : systemsShown))
  site.stage.answer(system, () => systemShown)
  site.stage.answer(`/vendor/certificates/${certificateShown.id}`, () => certificateShown)
  site.stage.answer(`/vendor/certificates/${certificateShown.id}/qr`, (_request, reply) => {
    reply.type('image/svg+xml')
    return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'
  })
}

test('axe finds nothing on the pages of the sandbox, in both themes, and nothing scrolls sideways on a phone', async () => {
  answers()
  const pages = [
    ['/vendor/', '.step-form'],
    [`/vendor/system/${systemShown.id}`, '.lines-table'],
    [`/vendor/certificate/${certificateShown.id}`, '.certificate'],
    ['/operator/vendors', '.lines-table'],
  ] as const
  for (const [at, [path, arrived]] of pages.entries()) {
    const colorScheme = at % 2 === 0 ? 'dark' : 'light'
    await site.visit(path, { viewport: { width: 320, height: 700 }, colorScheme, language: 'sr-Latn' }, async (page) => {
      await page.locator(`#content ${arrived}`).first().waitFor()
      await axeFindsNothing(page, path)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, path)
      const left = (await page.locator('#content').innerText()).match(cyrillic) ?? []
      assert.deepEqual(
        left.filter((text) => !text.includes('ЉЊЂ')),
        [],
      )
    })
  }
})

test('a vendor signs a system up and takes home a key that was made in the browser and the answers for the edge', async () => {
  answers()
  await site.visit('/vendor/', { language: 'en', acceptDownloads: true }, async (page) => {
    for (const [label, value] of [
      ['Vendor', 'АКМЕ'],
      ['Name of the system', 'АКМЕ ЛИС'],
      ['Version', '4.2'],
      ['E-mail for the operator', 'it@acme.example'],
    ] as const)
      await page.getByLabel(label, { exact: true }).fill(value)
    await page.getByLabel('Code on the bus').fill('Acme')
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByText('The code begins with a letter').waitFor()
    await page.getByLabel('Code on the bus').fill('acme-lis')
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByText('ABCD-EFGH').waitFor()
    const take = async (name: string) => {
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
      return JSON.parse(readFileSync(await file.path(), 'utf8'))
    }
    const { key, client, store } = await take('Download the key')
    assert.equal(createPrivateKey({ key, format: 'jwk' }).asymmetricKeyDetails?.namedCurve, 'prime256v1')
    assert.deepEqual([client, Buffer.from(store, 'base64url').length], [null, 32])
    const given = await take('Download the answers')
    assert.deepEqual([given.member, given.mb, given.code, given.sandbox], ['acme-lis', '98000019', 'ABCD-EFGH', systemShown.id])
    assert.equal(page.url().includes('ABCD'), false, 'the word stands in no address')
    await page.reload()
    await page.getByRole('heading', { name: 'Scenarios' }).waitFor()
    await page.goto(`${site.stage.url}/vendor/`)
    await page.getByRole('link', { name: 'AKME LIS' }).waitFor()
  })
})

test('the catalogue of errors and the guides stand on the server, where the code of an error leads', async () => {
  const code = 'conflict-the-run-has-ended'
  for (const [language, found] of [
    ['sr-Latn', 'POST /vendor/runs počinje drugo.'],
    ['en', 'POST /vendor/runs begins another.'],
  ] as const)
    await site.visit(`/errors?lang=${language}#${code}`, { viewport: { width: 320, height: 700 } }, async (page) => {
      assert.equal(await page.locator(`#${code} td`).last().innerText(), found)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320)
      assert.equal(await page.evaluate('document.documentElement.lang'), language)
    })
  const asJson = await (await fetch(`${site.stage.url}/errors`)).json()
  assert.ok((asJson as { errors: { code: string }[] }).errors.some((one) => one.code === code))
  await site.visit('/guides/', { colorScheme: 'dark' }, async (page) => {
    await axeFindsNothing(page, '/guides/')
    await page.getByRole('link', { name: 'HL7 v2', exact: true }).click()
    await page.getByText('MSH|^~').first().waitFor()
    await page.goBack()
    await page.getByRole('link', { name: 'errors', exact: true }).click()
    await page.getByRole('cell', { name: 'the result … is in the record once: 0 results' }).waitFor()
  })
  const [kept, missing] = await Promise.all(['laboratory.json', '..%2f..%2fpackage'].map((name) => fetch(`${site.stage.url}/guides/${name}`)))
  assert.deepEqual([kept?.status, missing?.status], [200, 404])
})

test('an unknown number is reported as unknown, and choosing another language on the page loads the answer in that language', async () => {
  answers()
  site.stage.answer('/vendor/systems/nobody', (_request, reply) => {
    reply.code(404)
    return { issue: [{ severity: 'error', diagnostics: 'there is no such system' }] }
  })
  await site.visit('/vendor/system/nobody', {}, async (page) => {
    await page.getByText('Нема система под овим бројем.').waitFor()
  })
  site.stage.answer(`/vendor/certificates/${certificateShown.id}`, ({ headers }) => ({ ...certificateShown, reason: `за ${headers['accept-language']}` }))
  await site.visit(`/vendor/certificate/${certificateShown.id}`, {}, async (page) => {
    await page.getByText('за sr-Cyrl').waitFor()
    await page.getByRole('button', { name: 'Latinica' }).click()
    await page.getByText('za sr-Latn').waitFor()
  })
})

test('a run is asked for, and what failed says what was found and what to do', async () => {
  answers()
  const asked: unknown[] = []
  site.stage.answer(`${system}/tests`, (request) => {
    asked.push(request.body)
    return { asked: 'cda' }
  })
  await site.visit(`/vendor/system/${systemShown.id}`, { language: 'en' }, async (page) => {
    await page.getByText('Look at the quarantine of the edge.').waitFor()
    await page.getByRole('button', { name: 'Run: cda' }).click()
    await page.getByText('Your edge was asked: cda.').waitFor()
    assert.deepEqual(asked, [{ protocol: 'cda' }])
  })
})

test('an operator takes a certificate back with a reason, and whoever checks one reads why it does not hold', async () => {
  answers()
  const asked: unknown[] = []
  const [first] = systemShown.certificates
  site.stage.answer(`/vendor/certificates/${first?.id}/revocation`, (request) => {
    asked.push(request.body)
    return { id: first?.id, state: 'revoked' }
  })
  await site.visit('/operator/vendors', { language: 'en' }, async (page) => {
    await page.getByRole('button', { name: 'Take back: AKME LIS, hl7v2' }).click()
    await page.getByLabel('Reason').fill('complaint of an institution')
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.deepEqual(asked, [{ reason: 'complaint of an institution' }])
  })
  await site.visit(`/vendor/certificate/${certificateShown.id}`, { language: 'en' }, async (page) => {
    await page.getByText('This certificate is suspended: the repetition failed: charset').waitFor()
  })
})
