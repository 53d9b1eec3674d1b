import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { Refusal } from '../../platform/refusal.ts'
import type { Runner } from '../../platform/sql.ts'
import type { World } from '../../platform/world.ts'
import { leanText } from '../profile/lean.ts'
import type { TerminologyResource } from '../terminology/resources.ts'
import { type PackageManifest, readArchive } from './read-archive.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)
const level = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }
const definitionsMax = 50_000
/** How many definitions are read from the database at a time; requests are answered in between. */
const pageSize = 20

type Row = { type: string; url: string; stated: string; body: Buffer; lean: Buffer }
export type PackageRow = { name: string; version: string; title: string; addedAt: Date; definitions: number }
export const idOf = ({ name, version }: { name: string; version: string }): string => `${name}#${version}`

/** Runs an act in a transaction that also keeps the notes about it. */
type Begin = <T>(world: World, act: (tx: Runner, note: (what: string) => void) => Promise<T>) => Promise<T>
// A package changes every later verdict, so who added or removed it is a row in the log. The log belongs to a higher layer, which puts its `begin` here.
export const journal: { begin: Begin } = { begin: (world, act) => world.sql.begin((tx) => act(tx, () => undefined)) }

/** Reads the archive into the tables. Other processes see the package when the transaction ends. */
export async function addPackage(world: World, file: string): Promise<PackageManifest & { definitions: number }> {
  const sha256 = await hashOf(file)
  return journal.begin(world, async (tx, note) => {
    let manifest: PackageManifest | undefined
    const waiting: Row[] = []
    await readArchive(file, {
      manifest: (found) => (manifest = found),
      async definition(resource, text) {
        if (waiting.length >= definitionsMax) throw new Refusal('incorrect', `a package may have ${definitionsMax} definitions at most`)
        const { resourceType: type, url, version } = resource
        const stated = typeof version === 'string' ? version : ''
        waiting.push({ type, url: String(url), stated, body: await compress(text, level), lean: await compress(leanText(resource), level) })
      },
    })
    const { name, version, title } = manifest as PackageManifest
    if (waiting.length === 0) {
      throw new Refusal('incorrect', `${name}#${version} has no definition of FHIR`, {
        hint: 'Take the .tgz of an implementation guide: profiles, value sets, code systems.',
      })
    }
    const [there] = await tx`select 1 as one from fhir.package where name = ${name} and version = ${version}`
    if (there !== undefined) throw new Refusal('conflict', `${name}#${version} is there already`, { hint: 'Remove it first to add it again.' })
    for (let at = 0; at < waiting.length; at += pageSize) {
      const page = waiting.slice(at, at + pageSize)
      await tx`
        insert into fhir.artifact (package, version, number, type, url, stated, body, lean)
        select ${name}, ${version}, number, type, url, stated, body, lean
          from unnest(${page.map((_, index) => at + index)}::int4[], ${page.map(({ type }) => type)}::text[], ${page.map(({ url }) => url)}::text[],
                      ${page.map(({ stated }) => stated)}::text[], ${page.map(({ body }) => body)}::bytea[], ${page.map(({ lean }) => lean)}::bytea[])
               as one (number, type, url, stated, body, lean)`
    }
    await tx`
      insert into fhir.package (name, version, title, added_at, sha256)
      values (${name}, ${version}, ${title}, ${world.now()}, ${sha256})`
    note(`package ${name}#${version} added`)
    return { name, version, title, definitions: waiting.length }
  })
}

async function hashOf(file: string): Promise<Buffer> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  } catch {
    throw new Refusal('incorrect', 'the file is not there or cannot be read')
  }
  return hash.digest()
}

export async function removePackage(world: World, id: string): Promise<void> {
  const [name = '', version = ''] = id.split('#')
  await journal.begin(world, async (tx, note) => {
    await tx`delete from fhir.artifact where package = ${name} and version = ${version}`
    const removed = await tx`delete from fhir.package where name = ${name} and version = ${version} returning name`
    if (removed.length > 0) return note(`package ${name}#${version} removed`)
    throw new Refusal('not-found', 'no such package was added', { hint: 'Name it as the list does: NAME#VERSION.' })
  })
}

export function listPackages(world: World): Promise<PackageRow[]> {
  return world.sql<PackageRow>`
    select p.name, p.version, p.title, p.added_at,
           (select count(*)::int from fhir.artifact a where a.package = p.name and a.version = p.version) as definitions
      from fhir.package p
     order by p.changed
     limit 1000`
}

const seen = new WeakMap<World['fhir'], { state: string; ids: Set<string> }>()

/** Makes the packages that this process knows the same as those in the tables; reads one small row when nothing has changed. */
export async function refreshPackages(world: World): Promise<void> {
  const [row] = await world.sql<{ state: string }>`select count(*) || ' ' || coalesce(max(changed), 0) as state from fhir.package`
  const known = seen.get(world.fhir) ?? { state: '0 0', ids: new Set<string>() }
  if (row === undefined || row.state === known.state) return
  const listed = await listPackages(world)
  const ids = new Set(listed.map(idOf))
  for (const id of known.ids) if (!ids.has(id)) world.fhir.removePackage(id)
  for (const one of listed) if (!known.ids.has(idOf(one))) await load(world, one)
  seen.set(world.fhir, { state: row.state, ids })
}

/** Reads code systems only when they are not yet compiled into the cache, and definitions page by page, so that requests are answered in between. */
async function load(world: World, one: PackageRow): Promise<void> {
  const id = idOf(one)
  // The codes are loaded before the profiles that are bound to them, or the first verdicts would know less than the next ones.
  await loadCodes(world, one, id)
  await eachPage(world, one, async (page) => {
    const texts = await Promise.all(page.map(({ lean }) => decompress(lean)))
    world.fhir.addPackage(
      id,
      page.map(({ url, stated }, at) => ({ url, version: stated, text: (texts[at] as Buffer).toString('utf8') })),
    )
  })
}

async function loadCodes(world: World, one: PackageRow, id: string): Promise<void> {
  const [has] = await world.sql`
    select 1 as one from fhir.artifact
     where package = ${one.name} and version = ${one.version} and type in ('CodeSystem', 'ValueSet', 'ConceptMap')
     limit 1`
  if (has === undefined) return
  try {
    world.fhir.addPackage(id, [], () => {
      throw new NotCompiled()
    })
  } catch (error) {
    if (!(error instanceof NotCompiled)) throw error
    const codes = await codesOf(world, one)
    world.fhir.addPackage(id, [], () => codes)
  }
}

class NotCompiled extends Error {}

async function eachPage(
  world: World,
  { name, version }: PackageRow,
  use: (page: { number: number; url: string; stated: string; lean: Buffer }[]) => Promise<void>,
): Promise<void> {
  for (let after = -1; ; ) {
    const page = await world.sql<{ number: number; url: string; stated: string; lean: Buffer }>`
      select number, url, stated, lean from fhir.artifact
       where package = ${name} and version = ${version} and number > ${after}
       order by number
       limit ${pageSize}`
    const last = page.at(-1)
    if (last === undefined) return
    await use(page)
    after = last.number
  }
}

async function codesOf(world: World, { name, version }: PackageRow): Promise<TerminologyResource[]> {
  const rows = await world.sql<{ body: Buffer }>`
    select body from fhir.artifact
     where package = ${name} and version = ${version} and type in ('CodeSystem', 'ValueSet', 'ConceptMap')
     order by number
     limit ${definitionsMax}`
  const codes: TerminologyResource[] = []
  for (const { body } of rows) codes.push(JSON.parse((await decompress(body)).toString('utf8')) as TerminologyResource)
  return codes
}

const everyMs = 400

/** Every process refreshes its packages again and again: a package takes effect everywhere within a second, without a restart. */
export async function startPackages(world: World): Promise<() => Promise<void>> {
  await refreshPackages(world)
  let isBusy = false
  let beating = Promise.resolve()
  const beat = async () => {
    isBusy = true
    try {
      await refreshPackages(world)
    } catch (error) {
      world.log.warn({ err: error }, 'the packages could not be read; the last known ones stay')
    } finally {
      isBusy = false
    }
  }
  const timer = setInterval(() => {
    if (!isBusy) beating = beat()
  }, everyMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await beating // Otherwise a refresh would ask a closed database.
  }
}
