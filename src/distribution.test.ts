import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import { startPlatform } from './testing/platform.ts'
import { forFile } from './testing/for-file.ts'

// Tests the distribution rule (design decision 2), and the guide that relies on it, against the database's catalog.

type Table = { name: string; key: string[]; unique: string[][]; refersTo: string[] }
const guide = readFileSync('docs/guides/citus.md', 'utf8')
const distributed = new Map([...guide.matchAll(/^select create_distributed_table\('([a-z_.]+)', '([a-z_]+)'/gm)].map(([, table, column]) => [table, column]))
const replicated = new Set([...guide.matchAll(/^select create_reference_table\('([a-z_.]+)'/gm)].map(([, table]) => table))
const local = new Set([...guide.matchAll(/^\| `.*$/gm)].flatMap(([line]) => [...line.matchAll(/`([a-z]+\.[a-z_]+)`/g)]).map(([, table]) => table))
/** Tables for searches without a patient, whose primary keys begin with the value; the guide says why. */
const byValue = new Set(['record.token', 'record.identifier', 'record.string', 'record.name'])
const schemaOf = (table: string) => table.split('.')[0] as string

let tables: Table[]
const file = forFile()
before(async () => {
  const { owner } = await startPlatform(file)
  tables = await owner<Table>`
    select n.nspname || '.' || c.relname as name,
           coalesce((select array_agg(a.attname::text order by o)
                       from pg_index i, unnest(i.indkey) with ordinality k (number, o), pg_attribute a
                      where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid and a.attnum = k.number), '{}') as key,
           coalesce((select json_agg(array(select a.attname from unnest(i.indkey) k (number) join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number))
                       from pg_index i where i.indrelid = c.oid and i.indisunique), '[]') as unique,
           array(select rn.nspname || '.' || rc.relname
                   from pg_constraint f join pg_class rc on rc.oid = f.confrelid join pg_namespace rn on rn.oid = rc.relnamespace
                  where f.conrelid = c.oid and f.contype = 'f') as refers_to
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
     order by 1`
  assert.ok(tables.length > 40)
})

describe('the distribution rule', () => {
  test('a table about patients has a primary key that begins with the patient key', () => {
    const wrong = tables.filter(({ name, key }) => distributed.get(name) === 'patient' && !byValue.has(name) && key[0] !== 'patient')
    assert.deepEqual(wrong, [])
    const forgotten = tables.filter(({ name, key }) => key[0] === 'patient' && distributed.get(name) !== 'patient')
    assert.deepEqual(forgotten, [], 'the guide does not distribute them')
  })

  test('every unique constraint of a distributed table holds its column, or the cluster could not keep it', () => {
    const wrong = tables.flatMap(({ name, unique }) => {
      const column = distributed.get(name)
      return column === undefined ? [] : unique.filter((columns) => !columns.includes(column)).map((columns) => `${name} (${columns})`)
    })
    assert.deepEqual(wrong, [])
  })

  test('no foreign key leaves its slice, and a distributed table refers to reference tables only', () => {
    const wrong = tables.flatMap(({ name, refersTo }) =>
      refersTo.filter((other) => schemaOf(other) !== schemaOf(name) || (distributed.has(name) && !replicated.has(other))).map((other) => `${name} → ${other}`),
    )
    assert.deepEqual(wrong, [])
  })

  test('a join with a distributed table is by its patient: none goes from one patient to another', () => {
    const wrong: string[] = []
    let seen = 0
    const files = globSync('src/**/*.ts').filter((name) => !/\.test\.|\/(testing|bench)\//.test(name))
    const texts = files.map((name) => readFileSync(name, 'utf8'))
    const conditions = new Map(texts.flatMap((text) => [...text.matchAll(/^(?:export )?const (\w+) = samePlace\(.*$/gm)]).map(([line, name]) => [name, line]))
    for (const [at, file] of files.entries()) {
      const text = texts[at] as string
      for (const [, table = '', condition = ''] of text.matchAll(/\bjoin ([a-z]+\.[a-z_]+)\b([^`]*?)(?=\n|`)/g)) {
        if (distributed.get(table) !== 'patient') continue
        seen++
        const spelled = condition.replace(/\$\{(\w+)\}/g, (_, name) => conditions.get(name) ?? new RegExp(`const ${name} = ([^\\n]*)`).exec(text)?.[1] ?? '')
        if (!/\bsamePlace\(|\bpatient = (?:\w+\.(?:patient|key)|any\(\$)|using \(patient/.test(spelled)) wrong.push(`${file}: join ${table}${condition}`)
      }
    }
    assert.ok(seen > 0, 'the test finds joins')
    assert.deepEqual(wrong, [])
  })
})

test('docs/guides/citus.md names every table once, and no table that does not exist', () => {
  const there = tables.map(({ name }) => name).filter((name) => !name.startsWith('platform.'))
  const named = [...distributed.keys(), ...replicated, ...local] as string[]
  assert.deepEqual([...named].sort(), [...there].sort(), 'a new table is named in the guide by how it is distributed')
})
