import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type Actor, anonymous } from '../../platform/actor.ts'
import { createApp } from '../../platform/http.ts'
import { spacedCode } from '../../platform/letter-code.ts'
import type { Runner, Sql, Transaction } from '../../platform/sql.ts'
import { forFile } from '../../testing/for-file.ts'
import { type LeaveTown, startLeaveTown, type Worker } from '../../testing/sickleave.ts'
import { codeOf } from '../document/code.ts'
import { sealedPdf } from '../document/pdf-draft.ts'
import { sealOf } from '../document/seal.ts'
import { sickleaveRoutes } from '../routes.ts'
import { pdfRest, pdfShape } from './pdf-rest.ts'
import { pdfText } from './pdf-text.ts'
import { withoutSeal } from './without-seal.ts'

// Two leaves that differ only in what is sealed: the employer gets the same bytes for both, from the same number of statements. That number stands
// for the time, which a busy machine shows only by chance.

type Twin = { person: Worker; leave: string; known: string; numbers: string[]; texts: string[] }
type Answer = { head: string; body: string; shape: string; statements: number }
type App = Awaited<ReturnType<typeof createApp>>

let town: LeaveTown
let app: App
let twins: [Twin, Twin]
let statements = 0
/** A leak planted by the test for this leave: one more header and one more statement. */
let planted = ''
const pib = () => town.employers[0]?.pib as string
const note = 'палијативна терапија, у договору са онкологом'

function counting(sql: Sql): Sql {
  const counted = <R extends Runner>(runner: R): R => {
    const one = (strings: TemplateStringsArray, ...values: unknown[]) => {
      statements++
      return runner(strings, ...values)
    }
    const run = (piece: Parameters<R['run']>[0]) => {
      statements++
      return runner.run(piece)
    }
    return Object.assign(one, runner, { run }) as R
  }
  return Object.assign(counted(sql), {
    steady: counted(sql.steady),
    begin: <T>(act: (tx: Transaction) => Promise<T>) => sql.begin((tx) => act(counted(tx))),
  })
}

/** Values that differ without telling a secret get the same name in both leaves. */
function alike(text: string, { person, known, numbers, texts }: Twin): string {
  const own = [known, person.jmbg, ...numbers].reduce((all, word, at) => all.replaceAll(word, `x${at}`.padEnd(word.length, 'x')), text)
  const named = texts.reduce((all, word) => all.replaceAll(word, '-'), own)
  return withoutSeal(named)
    .replaceAll(/"(seq|next)":\d+/g, '"$1":0')
    .replaceAll(/<event>\d+</g, '<event>0<')
}

async function ask(twin: Twin, method: 'GET' | 'POST', path: string, payload?: object): Promise<Answer> {
  const before = statements
  const answer = await app.inject({ method, url: `/sickleave/employer${path}`, ...(payload ? { payload } : {}) })
  const { date: _date, 'x-correlation-id': _id, 'x-request-id': _ours, ...headers } = answer.headers
  const isPdf = String(headers['content-type']).includes('pdf')
  // How well a paper can be compressed depends on its code and number, and a signature (DER) is by chance two bytes longer or shorter.
  if (isPdf || answer.body.includes('<seal ')) delete headers['content-length']
  assert.ok(answer.statusCode < 500, answer.body)
  return {
    head: alike(JSON.stringify([answer.statusCode, headers]), twin),
    body: alike(isPdf ? pdfText(answer.rawPayload) : answer.body.replaceAll(/"x-correlation-id[^,]*/g, ''), twin),
    shape: isPdf ? pdfShape(answer.rawPayload) : '',
    statements: statements - before,
  }
}

/** Everything that an employer can ask about one leave, in the same words for both. */
function questionsAbout({ known, numbers }: Twin): ['GET' | 'POST', string, object?][] {
  const papers = numbers.flatMap((number) => ['pdf', 'xml', 'slip'].map((form) => `/${pib()}/leaves/${known}/documents/${number}/1/${form}`))
  return [
    ...[`/${pib()}/leaves/${known}`, `/${pib()}/leaves/${known}/shared`, ...papers].map((path) => ['GET', path] as ['GET', string]),
    ['POST', '/documents', { format: 'xml', pib: pib(), leaves: [known] }],
    ['POST', '/documents', { format: 'csv', pib: pib(), leaves: [known] }],
    ['POST', `/${pib()}/objections`, { kind: 'nonsense', leave: known, text: 'x' }],
    ['POST', `/${pib()}/requests`, { kind: 'nonsense', leave: known }],
  ]
}

/** The objects that name the leave, anywhere in an answer. */
function linesAbout(value: unknown, known: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => linesAbout(one, known))
  if (typeof value !== 'object' || value === null) return []
  const own = (value as { leave?: unknown }).leave === known ? [JSON.stringify(value)] : []
  return [...own, ...Object.values(value).flatMap((one) => linesAbout(one, known))]
}

async function differences(): Promise<string[]> {
  const found: string[] = []
  const [ours, theirs] = twins.map(questionsAbout) as [ReturnType<typeof questionsAbout>, ReturnType<typeof questionsAbout>]
  for (const [at, [method, path, payload]] of ours.entries()) {
    const [, otherPath, otherPayload] = theirs[at] as (typeof ours)[number]
    await ask(twins[0], method, path, payload) // The first question loads fonts, libraries and the like.
    const [one, other] = [await ask(twins[0], method, path, payload), await ask(twins[1], method, otherPath, otherPayload)]
    for (const part of ['head', 'body', 'shape', 'statements'] as const)
      if (one[part] !== other[part]) found.push(`${method} ${path.replace(twins[0].known, ':leave')} ${part}: ${one[part]} | ${other[part]}`)
  }
  return found
}

const file = forFile()
before(async () => {
  town = await startLeaveTown(file)
  const employer = town.employers[0]?.id as number
  const clerk = await town.clerk(0, 'administrator')
  const actor: Actor = { ...anonymous, kind: 'person', id: clerk, name: 'Газда', roles: ['employer'] }
  app = await createApp({ ...town.world, sql: counting(town.world.sql) })
  file.after(() => app.close())
  app.addHook('onRequest', async (request) => {
    request.actor = actor
  })
  app.addHook('onSend', async (request, reply) => {
    if (planted === '' || !request.url.includes(planted)) return
    reply.header('x-limit', '30')
    await request.world.sql`select 1`
  })
  await app.register(sickleaveRoutes, { prefix: '/sickleave' })
  const people = [await town.worker([{ employer }]), await town.worker([{ employer }])]
  const sealed = [{ diagnosis: 'C50.9', note }, { diagnosis: 'J06.9' }]
  const acts = async (act: (person: Worker, at: string, place: number) => Promise<{ status: number; text: string }>, known: string[]) => {
    for (const [place, person] of people.entries()) {
      const answer = await act(person, `/sickleave/people/${person.handle}/leaves`, place)
      assert.ok(answer.status < 300, answer.text)
      known.push(answer.text)
    }
    return known
  }
  const as = town.as(town.doctor)
  const opened = await acts((_person, at, place) => as('POST', at, { from: '2026-03-02', until: '2026-03-06', reason: '01', ...sealed[place] }), [])
  const leaves = opened.map((text) => JSON.parse(text).id as string)
  town.at('2026-03-05T08:00:00Z')
  await acts((_person, at, place) => as('POST', `${at}/${leaves[place]}/extension`, { until: '2026-03-13', ...(place === 0 ? { note: 'нов налаз' } : {}) }), [])
  town.at('2026-03-13T08:00:00Z')
  await acts((_person, at, place) => as('POST', `${at}/${leaves[place]}/report`, { until: '2026-03-13' }), [])
  // Only one of the two gets its diagnosis corrected: no paper says anything else after that, and no event tells.
  const correction = { from: '2026-03-02', until: '2026-03-13', reason: '01', diagnosis: 'C50.1', why: 'погрешна шифра' }
  const corrected = await as('POST', `/sickleave/people/${people[0]?.handle}/leaves/${leaves[0]}/correction`, correction)
  assert.equal(corrected.status, 200, corrected.text)
  twins = (await Promise.all(
    people.map(async (person, place) => {
      const rows = await town.owner<{ knownAs: string; number: string }>`
        select known_as, number from sickleave.document where patient = ${person.root} and leave = ${leaves[place]} order by kind`
      const known = rows[0]?.knownAs as string
      const codes = rows.map(({ number }) => codeOf(town.world, { number, version: 1 }))
      const texts = codes.flatMap((code) => [code, spacedCode(code)])
      return { person, leave: leaves[place] as string, known, numbers: rows.map(({ number }) => number), texts }
    }),
  )) as [Twin, Twin]
  assert.equal(twins[0].numbers.length, 2)
})

describe('two leaves that differ only in what is sealed', () => {
  test('are the same to their employer: bytes, headers, shape of the papers and number of statements', async () => {
    assert.deepEqual(await differences(), [])
  })

  test('have the same lines in the calendar, in searches and in the stream, and as many', async () => {
    const questions = [`/${pib()}/calendar?month=2026-03`, `/${pib()}/events?after=0`, `/${pib()}/leaves`, '/latest', '/search'] as const
    for (const path of questions) {
      const isPost = path === '/search'
      const { body } = await app.inject({ method: isPost ? 'POST' : 'GET', url: `/sickleave/employer${path}`, ...(isPost ? { payload: {} } : {}) })
      const [ours, theirs] = twins.map((twin) => linesAbout(JSON.parse(body), twin.known).map((line) => alike(line, twin)))
      assert.ok((ours?.length ?? 0) > 0 || path === '/latest', `${path}: ${body}`)
      assert.deepEqual(ours, theirs, path)
    }
  })

  test('and the trial sees a word, a field, a header or a statement more', async () => {
    const { known } = twins[0]
    await town.owner`update sickleave.employer_event set content = jsonb_set(content, '{category}', '"care"') where known_as = ${known} and kind = 'report'`
    const words = await differences()
    assert.ok(words.some((line) => /leaves\/:leave body/.test(line)) && words.some((line) => /pdf body/.test(line)))
    await town.owner`update sickleave.employer_event set content = jsonb_set(content, '{category}', '"illness"') where known_as = ${known} and kind = 'report'`
    planted = known
    const [first] = await differences()
    assert.match(first ?? '', /head/)
    assert.ok((await differences()).some((line) => / statements: /.test(line)))
  })
})

test('what a paper holds beside what its reader sees is looked at in every encoding: title, metadata, streams', async () => {
  const secret = 'дијагноза C50.9'
  const at = new Date('2026-03-02T08:00:00Z')
  const planted = await sealedPdf({ title: secret, language: 'sr-Cyrl', at, seal: await sealOf(town.world) }, async (draft) => draft.heading('Потврда'))
  assert.ok(!pdfText(planted).includes('C50.9'), 'it is not drawn')
  assert.ok(pdfRest(planted).includes(secret))
  const clean = await sealedPdf({ title: 'Потврда', language: 'sr-Cyrl', at, seal: await sealOf(town.world) }, async (draft) => draft.heading('Потврда'))
  assert.ok(!pdfRest(clean).includes('C50.9'))
  assert.ok(pdfRest(clean).includes('Потврда'))
})
