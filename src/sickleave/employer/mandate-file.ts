import { numbers } from '../../identity/identity.ts'
import { mayHoldNumber } from '../../platform/personal-number.ts'
import { Refusal } from '../../platform/refusal.ts'
import type { Sql, World } from '../../platform/world.ts'
import { companies } from '../../registry/registry.ts'
import type { Asking } from '../asking.ts'
import { bodyOf, flagOf } from '../read-body.ts'
import { isDay, dayAt } from '../rules/days.ts'
import { type Line, readTable, type Unreadable } from '../../platform/table.ts'
import { addMandate, type MandateRole, mandateRoles } from './mandates.ts'
import { takeTurn } from './pace.ts'
import { affairOf, requireEmployer } from './rights.ts'
import { asEmployer } from './store.ts'
import type { FileError, MandateFile } from './wire.ts'

// One file for all clients of an agency: tax number, number of the power of attorney, role, until when. What the register of powers of attorney has is
// in force at once; the rest waits until the client says yes. With a bad line nothing is stored, unless the good ones are wanted by themselves.

const bytesMax = 1_000_000
const linesMax = 2_000
const cellsMax = 30
const cellMax = 500
const columns = ['pib', 'number', 'role', 'until'] as const
const named: Record<string, (typeof columns)[number]> = {
  ...{ pib: 'pib', пиб: 'pib', number: 'number', broj: 'number', број: 'number', role: 'role', uloga: 'role', улога: 'role' },
  ...{ until: 'until', do: 'until', до: 'until', 'važi do': 'until', 'важи до': 'until' },
}
const roles: Record<string, MandateRole> = {
  ...{ viewer: 'viewer', operator: 'operator', signer: 'signer', преглед: 'viewer', оператер: 'operator', потписник: 'signer' },
  ...{ pregled: 'viewer', operater: 'operator', potpisnik: 'signer' },
}

type Wish = { line: number; pib: string; number: string; role: MandateRole; until: string | null }
const wrong = (line: number, field: string, sr: string, en: string): FileError => ({ line, field, sr, en })

export async function mandateFile(asking: Asking, pib: string, given: unknown): Promise<MandateFile> {
  const { world, actor } = asking
  const agency = await requireEmployer(asking, pib, 'manage')
  takeTurn(asking, 'file')
  const body = bodyOf(given, ['content', 'keepGood'])
  const content = body['content']
  if (typeof content !== 'string' || content.length > bytesMax)
    throw new Refusal('incorrect', `content is the text of the file, up to ${bytesMax} characters`, { expression: 'content' })
  const { wishes, errors } = readWishes(content, dayAt(world.now()))
  const found = await companies.byPibs(
    world.sql,
    wishes.map((one) => one.pib),
  )
  const clients = new Map(found.map((one) => [one.pib, one]))
  const good: Wish[] = []
  for (const wish of wishes) {
    const error = wrongClient(wish, pib, clients.has(wish.pib))
    if (error) errors.push(error)
    else good.push(wish)
  }
  const result = {
    lines: good.length + new Set(errors.map(({ line }) => line)).size,
    ...{ active: 0, waiting: 0, known: 0, isStored: false },
    errors: errors.sort((a, b) => a.line - b.line),
  }
  if (good.length === 0 || (errors.length > 0 && !flagOf(body, 'keepGood'))) return result
  const wanted = good.map((one) => ({ ...one, client: clients.get(one.pib) as Client }))
  const [held, registered] = [await heldBy(world.sql, agency.employer), await registeredFor(world, agency.employer, wanted)]
  return world.ledger.transaction(async (tx) => {
    const counted = { ...result, isStored: true }
    for (const { client, number, role, until } of wanted) {
      const source = registered.has(`${client.id} ${number}`) ? ('register' as const) : null
      const party = { employer: client.id, pib: client.pib, name: client.name }
      const id = held.has(client.pib) ? null : await addMandate(tx, world, { agency, client: party, role, number, until, source, byName: actor.name })
      counted[id === null ? 'known' : source ? 'active' : 'waiting']++
      if (id !== null) tx.audit([affairOf(asking, 'grant', `sick-leave mandate ${id}`)])
    }
    return counted
  })
}

type Client = { id: number; pib: string; name: string }

function wrongClient({ line, pib: client }: Wish, own: string, isKnown: boolean): FileError | null {
  if (!isKnown) return wrong(line, 'pib', 'Ниједно правно лице у регистру нема овај ПИБ.', 'No legal entity of the register has this tax number.')
  return client === own ? wrong(line, 'pib', 'Ово је ваш ПИБ.', 'This is your own tax number.') : null
}

/** The tax numbers of those whose mandate the agency holds already. */
async function heldBy(sql: Sql, agency: number): Promise<Set<string>> {
  const rows = await asEmployer(
    sql,
    [agency],
    (tx) => tx<{ pib: string }>`
      select pib from sickleave.mandate where agency = ${agency} and ended_at is null limit ${linesMax}`,
  )
  return new Set(rows.map(({ pib }) => pib))
}

/** The powers of attorney that the register has for these, each as `CLIENT NUMBER`. */
async function registeredFor(world: World, agency: number, wanted: readonly { client: Client }[]): Promise<Set<string>> {
  const clients = wanted.map(({ client }) => client.id)
  const found = await companies.mandates(world.sql, agency, clients, dayAt(world.now()))
  return new Set(found.map(({ client, number }) => `${client} ${number}`))
}

function readWishes(content: string, today: string): { wishes: Wish[]; errors: FileError[] } {
  const table = readTable(content, { rows: linesMax, cells: cellsMax, cell: cellMax })
  if (!Array.isArray(table)) return { wishes: [], errors: [unreadable(table)] }
  const [head, ...lines] = table
  const places = new Map((head?.cells ?? []).map((name, at) => [named[name.toLowerCase()], at]))
  const missing = (['pib', 'number'] as const).filter((name) => !places.has(name))
  if (missing.length > 0) {
    return {
      wishes: [],
      errors: [
        wrong(head?.line ?? 1, 'file', 'Први ред мора имати наслове: ПИБ; број; улога; до.', 'The first line has the headings: pib; number; role; until.'),
      ],
    }
  }
  const [wishes, errors, seen] = [[] as Wish[], [] as FileError[], new Set<string>()]
  for (const line of lines) {
    const read = readLine(line, places, today)
    if (Array.isArray(read)) errors.push(...read)
    else if (seen.has(read.pib)) errors.push(wrong(line.line, 'pib', 'Овај ПИБ је већ наведен изнад.', 'This tax number stands above already.'))
    else {
      seen.add(read.pib)
      wishes.push(read)
    }
  }
  return { wishes, errors }
}

function unreadable({ unreadable: why, row }: Unreadable): FileError {
  if (why === 'open-quote') return wrong(row, 'file', 'Наводник који је отворен није затворен.', 'A quotation mark is opened and never closed.')
  if (why === 'too-many-rows') return wrong(1, 'file', `Највише ${linesMax} редова у једној датотеци.`, `At most ${linesMax} lines in one file.`)
  return wrong(
    row,
    'file',
    `Поље је дуже од ${cellMax} знакова или ред има више од ${cellsMax} поља.`,
    `A cell is longer than ${cellMax} characters, or the line has more than ${cellsMax} cells.`,
  )
}

function readLine({ line, cells }: Line, places: Map<string | undefined, number>, today: string): Wish | FileError[] {
  const cell = (name: (typeof columns)[number]) => cells[places.get(name) ?? -1] ?? ''
  const errors: FileError[] = []
  const pib = cell('pib')
  if (!/^\d{9}$/.test(pib) || !numbers.checkPib(pib).ok)
    errors.push(wrong(line, 'pib', 'ПИБ има 9 цифара и исправну контролну цифру.', 'A tax number has 9 digits with a right check digit.'))
  const number = cell('number')
  if (number === '' || number.length > 60 || mayHoldNumber(number))
    errors.push(wrong(line, 'number', 'Упишите број пуномоћја, до 60 знакова.', 'Enter the number of the power of attorney, up to 60 characters.'))
  const role = cell('role') === '' ? 'operator' : roles[cell('role').toLowerCase()]
  if (!role) errors.push(wrong(line, 'role', `Улога је једна од: преглед, оператер, потписник.`, `The role is one of ${mandateRoles.join(', ')}.`))
  const until = dayIn(cell('until'))
  if (until === undefined) errors.push(wrong(line, 'until', 'Датум се пише 31.12.2026. или 2026-12-31.', 'A day is written 2026-12-31 or 31.12.2026.'))
  else if (until !== null && until < today) errors.push(wrong(line, 'until', 'Пуномоћје је већ истекло.', 'The power of attorney is over already.'))
  return errors.length > 0 ? errors : { line, pib, number, role: role as MandateRole, until: until ?? null }
}

function dayIn(text: string): string | null | undefined {
  if (text === '') return null
  const [, day = '', month = '', year] = /^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})\.?$/.exec(text) ?? []
  const iso = year ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : text
  return isDay(iso) ? iso : undefined
}
