import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'

const packageDir = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..')
const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as { version: string }

/**
 * A real Chromium from an npm package: no system package and no download. The first call on a machine unpacks it (some seconds), later ones start it
 * in a quarter of a second. The same package has the libraries that a machine may lack (libnss3 and related ones).
 */
export async function launchBrowser(t?: TestContext): Promise<Browser> {
  const [{ chromium }, home] = await Promise.all([import('playwright-core'), unpacked()])
  const browser = await chromium.launch({
    executablePath: join(home, 'chromium'),
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', '--disable-dev-shm-usage'],
    env: { ...process.env, LD_LIBRARY_PATH: [join(home, 'al2023', 'lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':') } as Record<string, string>,
  })
  t?.after(() => browser.close())
  return browser
}

/** Unpacked beside its final place and then renamed, because several test files may be the first at the same time. */
async function unpacked(): Promise<string> {
  const home = join(tmpdir(), `spona-chromium-${version}-${process.getuid?.() ?? 0}`)
  if (existsSync(join(home, 'chromium'))) return home
  const { inflate } = await import('@sparticuz/chromium')
  await mkdir(tmpdir(), { recursive: true })
  const staging = await mkdtemp(`${home}.`)
  const before = process.env['TMPDIR']
  // The package unpacks into the folder for temporary files, so for this moment that is our folder.
  process.env['TMPDIR'] = staging
  try {
    await Promise.all(['chromium.br', 'al2023.tar.br'].map((name) => inflate(join(packageDir, 'bin', name))))
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
  await rename(staging, home).catch(() => rm(staging, { recursive: true, force: true }))
  return home
}
