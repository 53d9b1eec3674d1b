import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, test } from 'node:test'

// A lower layer must not import from a higher one. Slices of the same layer communicate over the bus.
const floors = [
  ['platform'],
  ['fhir'],
  ['audit'],
  ['access'],
  ['bus'],
  ['registry'],
  ['identity'],
  ['record'],
  ['sickleave', 'referral', 'migration', 'vendor'],
  ['portals', 'edge'],
  ['simulator', 'bench'],
]
const floorOf = (slice: string) => floors.findIndex((names) => names.includes(slice))
const linesMax = 400
const valuesOfDoorMax = 10

type Source = { file: string; slice: string; text: string }
const read = (file: string): Source => ({ file, slice: file.split('/')[1] ?? '', text: readFileSync(file, 'utf8') })
const all = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => `src/${name.replaceAll('\\', '/')}`)
const code = all.filter((file) => /\.(ts|tsx|css|html|sql)$/.test(file)).map(read)
// Benchmarks count as tests: they measure the whole system from outside the slices.
const isTest = ({ file }: Source) => /\.test\.tsx?$/.test(file) || /\/(testing|bench)\//.test(file)
const modules = code.filter(({ file }) => /^src\/\w+\/.*\.tsx?$/.test(file)).filter((source) => !isTest(source))
const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, '')

/** Fails with the whole list of forbidden things that were found, as `file: what`. */
function none(found: string[], why: string): void {
  assert.deepEqual(found, [], why)
}
const where = (sources: Source[], wrong: (source: Source) => string[]) => sources.flatMap((source) => wrong(source).map((what) => `${source.file}: ${what}`))

// The files of the portals that run in the server: they build the pages and serve them.
const serverSideOfPortals = new Set([
  'build.ts',
  'routes.ts',
  'landing.ts',
  'check.ts',
  'status.ts',
  'errors.ts',
  'guides.ts',
  'fonts.ts',
  'react-aria-strings.ts',
])

/** Code that pages and server share: the two scripts, and the public holidays. */
const forBoth = new Set(['src/platform/text.ts', 'src/platform/holidays.ts'])

/** What a file of a slice may import from another slice. */
function mayImport(from: Source, other: string, path: string, isTypeOnly: boolean): string | null {
  if (other === from.slice) return null
  if (floorOf(other) < 0) return `${path} is of no slice`
  if (floorOf(other) >= floorOf(from.slice)) return `${from.slice} stands below ${other} and must not import it`
  const isPage = from.slice === 'portals' && !serverSideOfPortals.has(from.file.replace('src/portals/', ''))
  if (isPage && !(path.endsWith('/wire.ts') && isTypeOnly) && !forBoth.has(path)) return `a page may import wire.ts, as types, not ${path}`
  if (!isPage && other !== 'platform' && path !== `src/${other}/${other}.ts`) return `${path} is private to ${other}`
  return null
}

const importsOf = (text: string) => [...text.matchAll(/^\s*(?:import|export)\s(type\s)?[^'"]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/gm)]

describe('the walls', () => {
  test('a slice imports only from floors below it, and there only the door', () => {
    none(
      where(modules, (source) =>
        importsOf(source.text).flatMap(([, isType, named, dynamic]) => {
          const path = join(dirname(source.file), (named ?? dynamic) as string)
          return mayImport(source, path.split('/')[1] ?? '', path, isType !== undefined) ?? []
        }),
      ),
      'see docs/contracts.md for the doors',
    )
  })

  test('a slice names only its own schema in SQL', () => {
    const schemas = new Set(floors.flat())
    none(
      where(modules.concat(code.filter(({ file }) => file.endsWith('.sql'))), ({ slice, text }) =>
        [...withoutComments(text).matchAll(/\b(?:from|join|into|update|table|on|schema|function)\s+(\w+)\.[a-z_]\w*(?!\w*['"(]?\.ts)/g)]
          .map(([, schema = '']) => schema)
          .filter((schema) => schemas.has(schema) && schema !== slice),
      ),
      'audit and outbox rows come as fragments of their own slices',
    )
  })

  test('a door has at most ten exports of values', () => {
    none(
      where(
        modules.filter(({ file, slice }) => file === `src/${slice}/${slice}.ts`),
        ({ text }) => {
          const named = [...text.matchAll(/^export \{([^}]*)\}/gm)]
            .flatMap(([, list = '']) => list.split(','))
            .map((one) => one.trim())
            .filter((one) => one && !one.startsWith('type '))
          const declared = [...text.matchAll(/^export (?:async )?(?:function\*?|const|let|class) (\w+)/gm)]
          const count = named.length + declared.length
          return count > valuesOfDoorMax ? [`${count} exports`] : []
        },
      ),
      'a wide door is no door',
    )
  })

  test('there is no index.ts and no export of everything', () => {
    none(
      all.filter((file) => /^index\.tsx?$/.test(basename(file))),
      'a file has a name of its own',
    )
    none(
      where(modules, ({ text }) => (/^export \*/m.test(text) ? ['export *'] : [])),
      'an export is a decision',
    )
  })
})

describe('the files', () => {
  test(`none has more than ${linesMax} lines`, () => {
    none(
      where(modules, ({ text }) => {
        const lines = text.trimEnd().split('\n').length
        return lines > linesMax ? [`${lines} lines`] : []
      }),
      'divide it where its parts have names',
    )
  })

  test('none puts off its work', () => {
    const marks = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`)
    none(
      where(code, ({ text }) => marks.exec(text)?.slice(0, 1) ?? []),
      'do it now or write an issue',
    )
  })

  test('none is switched off for the checkers, or skips a test', () => {
    const off = new RegExp(`@ts-${'ignore'}|@ts-${'nocheck'}|\\b(?:test|it|describe)\\.(?:only|skip|todo)\\(`)
    none(
      where(code, ({ text }) => off.exec(text)?.slice(0, 1) ?? []),
      'a check that is off protects nobody',
    )
  })
})

// Files that may read time and randomness themselves, with the reason.
const ownClock: Record<string, string> = {
  'src/platform/world.ts': 'makes the clock and the randomness that everybody else is given',
}
const inBrowser = ({ file, slice }: Source) => slice === 'portals' && !serverSideOfPortals.has(basename(file))

test('time and chance come in by the World, so that a seed replays a whole run', () => {
  none(
    where(
      modules.filter((source) => !inBrowser(source) && !(source.file in ownClock)),
      ({ text }) => [...withoutComments(text).matchAll(/Math\.random\(|Date\.now\(|new Date\(\)|Temporal\.Now\b/g)].map(([what]) => what),
    ),
    'ask world.now() or world.random(); durations are measured by performance.now()',
  )
})

describe('the tests', () => {
  test('what a file opens once for all its tests is closed by forFile(), as files share processes', () => {
    none(
      where(
        code.filter(({ file }) => file.endsWith('.test.ts')),
        ({ text }) => (/^before\((?:async )?\(\w/m.test(text) ? ['before() takes no context at the top of a file'] : []),
      ),
      'see src/testing/for-file.ts',
    )
  })
})

test('each decision begins with its number, and is found by its subject', () => {
  const folder = 'docs/decisions'
  const index = readFileSync(`${folder}/README.md`, 'utf8')
  none(
    readdirSync(folder)
      .filter((name) => /^\d/.test(name))
      .filter((name) => !readFileSync(`${folder}/${name}`, 'utf8').startsWith(`# ${Number.parseInt(name, 10)}. `) || !index.includes(`](${name})`)),
    'its first line is "# NUMBER. Title", and docs/decisions/README.md has it in a line of its subject',
  )
})

describe('the migrations', () => {
  const migrations = code.filter(({ file }) => /\/migrations\/.*\.sql$/.test(file))

  test('each says exactly what the server may do with each new table', () => {
    none(
      where(migrations, ({ text }) => {
        const bare = withoutSqlComments(withoutOthersTables(text))
        const tables = [...bare.matchAll(/create (?:unlogged )?table (?:if not exists )?([a-z_]+\.[a-z_]+)/g)].map(([, table = '']) => table)
        return tables.filter((table) => !isSpokenOf(bare, table)).map((table) => `${table} is neither granted to spona_app nor kept from it by words`)
      }),
      'grant … to spona_app, or a comment "no grant: …" that names the table',
    )
  })

  test('none gives the server more than named rights', () => {
    none(
      where(migrations, ({ text }) =>
        [...withoutSqlComments(text).matchAll(/grant all\b|to public\b|grant [^;]* on all tables [^;]*;|alter default privileges[^;]*;/g)].map(
          ([what]) => what,
        ),
      ),
      'least privilege',
    )
  })
})

const withoutSqlComments = (text: string) => text.toLowerCase().replace(/--(?! no grant:).*$/gm, '')

/** Tables that are created under another role belong to that role: the server has no rights on them without a grant. */
const withoutOthersTables = (text: string) => text.replace(/^set local role \w+;[\s\S]*?^reset role;/gm, '')

/** Whether the migration grants rights on the table, or has a line "no grant: …" that names it. A partition needs neither: it is reached through its parent. */
function isSpokenOf(text: string, table: string): boolean {
  const grants = [...text.matchAll(/grant ([^;]*?) on ([^;]*?) to ([^;]*?);/g)].some(
    ([, , on = '', to = '']) => new RegExp(`(^|[\\s,])${table.replace('.', '\\.')}([\\s,]|$)`).test(on) && /spona_/.test(to),
  )
  const refusals = [...text.matchAll(/-- no grant: (.*)$/gm)].some(([, words = '']) => words.includes(table))
  const isPartition = new RegExp(`create table (if not exists )?${table.replace('.', '\\.')}\\s+partition of`).test(text)
  return grants || refusals || isPartition
}
