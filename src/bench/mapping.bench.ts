import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Mapped, mapCda, mapHl7, readMessage } from '../edge/edge.ts'
import { littleMemory } from '../edge/process/little-memory.ts'
import type { Fhir } from '../fhir/fhir.ts'
import { Refusal } from '../platform/refusal.ts'
import { corpora } from '../testing/corpora.ts'
import { testFhir } from '../testing/fhir.ts'
import { withoutOwn } from '../testing/mapping-own.ts'
import { type Bundle, type Score, score, totalOf } from '../testing/mapping-score.ts'
import { print } from './figures.ts'

type Kind = {
  name: string
  folder: string
  files: RegExp
  map: (bytes: Uint8Array) => Mapped
  answerOf: (file: string, answers: string[]) => string | undefined
}

const kinds: Kind[] = [
  {
    name: 'HL7 v2',
    folder: 'hl7v2',
    files: /\.hl7$/,
    map: (bytes) => mapHl7(readMessage(bytes), { original: bytes }),
    answerOf: (file, answers) => answers.find((one) => one.endsWith(`__${file.replace(/\.hl7$/, '')}-expected.json`)),
  },
  {
    name: 'C-CDA',
    folder: 'ccda',
    files: /\.(?:xml|ccda)$/i,
    map: mapCda,
    answerOf: (file, answers) => answers.find((one) => one === `${file.replace(/\.ccda$/, '')}-expected.json`),
  },
]

/**
 * `npm run bench -- mapping`: how much of what another converter finds in the same third-party messages and documents our mapping finds too (elements
 * matched of those expected, and of those mapped), what is refused or invalid, and how fast it is. testing/mapping-score.ts says what is compared and
 * what is left out.
 */
export async function bench(words: string[]): Promise<void> {
  const alone = words.indexOf('--rate')
  const timed = kinds.find(({ folder }) => alone >= 0 && folder === words[alone + 1])
  if (timed !== undefined) return rate(timed, filesOf(timed), words.includes('--quick') ? 500 : 5000)
  const fhir = await testFhir()
  for (const kind of kinds) {
    const folder = join(corpora, kind.folder)
    if (!existsSync(folder)) {
      console.error(`third-party data ${kind.folder} is not here (set CORPORA)`)
      continue
    }
    const all = filesOf(kind)
    takeAll(kind, all, fhir)
    against(kind, folder, all)
    inItsOwnProcess(kind, words)
  }
}

function filesOf(kind: Kind): File[] {
  const folder = join(corpora, kind.folder)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => kind.files.test(file))
  return files.map((file) => ({ file, bytes: readFileSync(join(folder, file)) }))
}

/**
 * Maps as an edge does: in a process without validator and definitions of FHIR, with the heap that an edge gives itself. In the process of this bench
 * the same code takes twice as long, because the objects that the validator keeps alive make V8 put new objects among the old.
 */
function inItsOwnProcess(kind: Kind, words: string[]): void {
  spawnSync(process.execPath, [...littleMemory, join(import.meta.dirname, 'run.ts'), 'mapping', '--rate', kind.folder, ...words], { stdio: 'inherit' })
}

type File = { file: string; bytes: Uint8Array }

function takeAll(kind: Kind, all: File[], fhir: Fhir): void {
  let [mapped, refused, crashed, invalid, losses] = [0, 0, 0, 0, 0]
  for (const { bytes } of all) {
    try {
      const made = kind.map(bytes)
      mapped++
      losses += made.losses.length
      if (fhir.validate(made.bundle).some(({ severity }) => severity === 'error')) invalid++
    } catch (error) {
      if (error instanceof Refusal) refused++
      else crashed++
    }
  }
  print({ name: `${kind.name}: files mapped`, value: mapped, unit: '', note: `of ${all.length}; refused with a reason ${refused}, crashed ${crashed}` })
  print({ name: `${kind.name}: mapped to a bundle with an error by our validator`, value: invalid, unit: '' })
  print({ name: `${kind.name}: parts said to have no place, per file`, value: mapped === 0 ? 0 : losses / mapped, unit: '' })
}

function against(kind: Kind, folder: string, all: File[]): void {
  const place = join(folder, 'microsoft-fhir-converter')
  const answers = readdirSync(join(place, 'expected-r4'))
  const scores = new Map<string, Score>()
  const common = new Map<string, Score>()
  let files = 0
  for (const { file, bytes } of all) {
    const answer = file.startsWith('microsoft-fhir-converter') ? kind.answerOf(file.split('/').at(-1) ?? '', answers) : undefined
    if (answer === undefined) continue
    files++
    const [expected, mapped] = [JSON.parse(readFileSync(join(place, 'expected-r4', answer), 'utf8')) as Bundle, kind.map(bytes).bundle]
    score(expected, mapped, scores)
    score(withoutOwn(expected), mapped, common)
  }
  for (const [type, one] of [...scores].filter(([, each]) => each.expected > 0).sort((a, b) => b[1].expected - a[1].expected))
    tell(`${kind.name}: ${type}`, one)
  tell(`${kind.name}: all of ${files} files`, totalOf(scores))
  tell(`${kind.name}: all, without what is the other's own (testing/mapping-own.ts)`, totalOf(common))
  const extra = [...scores].filter(([, each]) => each.expected === 0).map(([type, each]) => `${type} ${each.mapped}`)
  print({ name: `${kind.name}: elements of types that the other has none of`, value: extra.length, unit: 'types', note: extra.join(', ') })
}

function tell(name: string, one: Score): void {
  const { resources } = one
  print({
    name,
    value: (100 * one.matched) / one.expected,
    unit: '% of expected elements',
    note: `${one.matched} of ${one.expected}; mapped ${one.mapped}, of which found there ${one.mapped === 0 ? 0 : Math.round((100 * one.matched) / one.mapped)} %; resources ${resources.found} of ${resources.expected}, mapped ${resources.mapped}`,
  })
}

/** Measures the processor time of this process alone, so that other work on the machine disturbs little. */
function rate(kind: Kind, all: File[], atLeastMs: number): void {
  const good = all.filter(({ bytes }) => {
    try {
      kind.map(bytes)
      return true
    } catch {
      return false
    }
  })
  // An edge runs for weeks: the time in which the engine compiles the mappings in the first seconds is no part of a message's cost (decision 37).
  const warmBy = process.cpuUsage().user / 1000 + atLeastMs
  while (process.cpuUsage().user / 1000 < warmBy) for (const { bytes } of good) kind.map(bytes)
  const begin = process.cpuUsage()
  const spentMs = () => {
    const { user, system } = process.cpuUsage(begin)
    return (user + system) / 1000
  }
  let [count, size, quietMs] = [0, 0, Number.POSITIVE_INFINITY]
  while (spentMs() < atLeastMs) {
    const before = spentMs()
    for (const { bytes } of good) {
      kind.map(bytes)
      size += bytes.length
    }
    count += good.length
    quietMs = Math.min(quietMs, spentMs() - before)
  }
  const seconds = spentMs() / 1000
  // Other work on the machine makes the same work take up to three times as long; the quickest pass is nearest to the cost of the code.
  print({ name: `${kind.name}: mapped per second of processor time in the quickest pass`, value: (1000 * good.length) / quietMs, unit: '/s' })
  print({
    name: `${kind.name}: mapped per second of processor time`,
    value: count / seconds,
    unit: '/s',
    note: `${Math.round(size / count)} bytes on average, ${(size / seconds / 1e6).toFixed(1)} MB/s`,
  })
}
