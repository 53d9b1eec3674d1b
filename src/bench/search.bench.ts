import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { corpora } from '../testing/corpora.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { cpuEach } from './cpu.ts'
import { during, print, warmUpSeconds } from './figures.ts'

const callers = 16

/**
 * Questions to the record, each with the processor time that one took. `--quick` for a look;
 * `--people 100000` for the search by name among that many; `--only word` for one question.
 */
export async function bench(words: string[]): Promise<void> {
  const after = (name: string) => words[words.indexOf(name) + 1]
  const server = await startBenchServer()
  const only = words.includes('--only') ? after('--only') : undefined
  const run = {
    server,
    seconds: words.includes('--quick') ? 2 : 8,
    wants: (name: string) => only === undefined || name.includes(only) || only.startsWith(name),
  }
  try {
    if (run.wants('Observation')) await ofPatients(run)
    if (run.wants('Patient')) await byName(run, words.includes('--people') ? Number(after('--people')) : 20_000)
  } finally {
    await server.close()
  }
}

type BenchRun = { server: BenchServer; seconds: number; wants(name: string): boolean }

async function ask({ server, seconds, wants }: BenchRun, name: string, path: (at: number) => string, limit?: { limit: string; limitValue: number }) {
  if (!wants(name)) return
  await during(warmUpSeconds(seconds), callers, async (at) => void (await server.send('GET', path(at))))
  const before = server.cpu()
  const { perSecond, p50Ms, p99Ms, count } = await during(seconds, callers, async (at) => void (await server.send('GET', path(at))))
  const { load, database } = cpuEach(before, server.cpu(), count)
  print({ name, value: perSecond, unit: 'requests/s', p50Ms, p99Ms, ...limit })
  print({ name: `${name}: processor time of server and load generator`, value: load, unit: 'µs' })
  print({ name: `${name}: processor time of the database`, value: database, unit: 'µs' })
}

/** Third-party records: the questions of a doctor's screen about one patient, repeated for the same patient and for many in turn. */
async function ofPatients(run: BenchRun): Promise<void> {
  const { send } = run.server
  const folder = join(corpora, 'synthea-r4')
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .slice(0, 40)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
  const patients: string[] = []
  for (let round = 0; round < 5; round++) {
    for (const text of texts) {
      const [, number = ''] = /"system":\s*"http:\/\/hospital\.smarthealthit\.org",\s*"value":\s*"([^"]+)"/.exec(text) ?? []
      const done = await send('POST', '/fhir', text.replaceAll(number, randomUUID()))
      patients.push(/fhir\/Patient\/([0-9a-f-]{36})/.exec(done)?.[1] as string)
    }
  }
  const newest = (patient: string) => `/fhir/Observation?patient=${patient}&code=http://loinc.org|8302-2&_sort=-date&_count=20`
  await ask(run, 'Observation?patient&code&_sort=-date&_count=20, one patient', () => newest(patients[0] as string))
  await ask(run, 'Observation?patient&code&_sort=-date&_count=20, 200 patients in turn', (at) => newest(patients[at % patients.length] as string))
  await ask(run, 'Observation?_sort=-date&_count=20 over all', () => '/fhir/Observation?_sort=-date&_count=20')
  await ask(run, 'Observation?_sort=-_lastUpdated&_count=20 over all', () => '/fhir/Observation?_sort=-_lastUpdated&_count=20')
}

const given = 'Ana Milica Jelena Marija Ivana Marko Nikola Stefan Jovan Luka Dragan Zoran Milan Petar Đorđe Željko Živorad Snežana Gordana Ljiljana'.split(' ')
const roots = 'Petr Jovan Nikol Mark Đorđ Stojan Ilij Pavl Mil Živk Stank Todor Radovan Bogdan Lazar Kost Mitr Simon Vasilj Obrad'.split(' ')
const endings = 'ović ić ević ov ski in ac čić aković enović'.split(' ')

const nameOf = (at: number) => ({
  family: `${roots[at % roots.length]}${endings[Math.floor(at / roots.length) % endings.length]}${at % 7 === 0 ? ` ${roots[(at * 31) % roots.length]}ić` : ''}`,
  given: [given[Math.floor(at / 200) % given.length] as string, given[Math.floor(at / 4000) % given.length] as string],
})

/** Invented people; a question gives a family and a given name as a user types them. */
async function byName(run: BenchRun, people: number): Promise<void> {
  const { send, world } = run.server
  const each = 400
  for (let from = 0; from < people; from += each) {
    const entry = Array.from({ length: Math.min(each, people - from) }, (_, at) => ({
      resource: {
        resourceType: 'Patient',
        identifier: [{ system: 'urn:bench', value: `p${from + at}` }],
        name: [nameOf(from + at)],
        birthDate: `19${50 + (at % 50)}-01-02`,
      },
      request: { method: 'POST', url: 'Patient' },
    }))
    await send('POST', '/fhir', JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }))
  }
  await world.sql`select 1`
  const keys = await during(
    1,
    callers,
    async (at) => void (await world.sql`select patient from record.string where value = ${nameOf(at * 37).family.toLowerCase()} limit 1`),
  )
  const limit = { limit: 'one row of the same index by equality', limitValue: keys.perSecond }
  const typed = (at: number) => nameOf((at * 7919) % people)
  await ask(
    run,
    `Patient?family&given among ${people}`,
    (at) => `/fhir/Patient?family=${encodeURIComponent(typed(at).family)}&given=${encodeURIComponent(typed(at).given[0] as string)}&_count=10`,
    limit,
  )
  await ask(run, `Patient?name among ${people}`, (at) => `/fhir/Patient?name=${encodeURIComponent(typed(at).family.slice(0, 6))}&_count=10`, limit)
  await ask(
    run,
    `Patient?phonetic among ${people}, a slip in each`,
    (at) => `/fhir/Patient?phonetic=${encodeURIComponent(`${slipped(typed(at).family)} ${typed(at).given[0]}`)}&_count=10`,
    limit,
  )
}

/** Swaps two letters, as a typist does. */
const slipped = (word: string) => (word.length < 5 ? word : `${word.slice(0, 2)}${word[3]}${word[2]}${word.slice(4)}`)
