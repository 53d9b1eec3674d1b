import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'
import type { Fonts } from './fonts.ts'

const root = fileURLToPath(new URL('.', import.meta.url))
const repository = join(root, '..', '..')
const stampName = 'stamp.txt'
const assets = 'portals/assets'
const compressedMinBytes = 1024

/** A hash over all that the build depends on: the portals' sources, the wire types, the platform's script rules and the locked packages. */
function stampOf(): string {
  const hash = createHash('sha256')
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|css|html|svg)$/.test(name) && !name.includes('.test.') && !name.startsWith('testing'))
    .sort()
  for (const name of sources) hash.update(`${name}\n`).update(readFileSync(join(root, name)))
  for (const name of ['src/platform/text.ts', 'package-lock.json']) hash.update(readFileSync(join(repository, name)))
  return hash.digest('hex')
}

/** Whether `outDir` holds a build of the present sources; takes a few milliseconds at every start. */
export function arePortalsBuilt(outDir: string): boolean {
  const stamp = join(outDir, stampName)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf()
}

/** Builds all portals into `outDir` unless they are built already. The folder changes by one rename, so a killed build leaves no half of one. */
export async function buildPortals(outDir: string): Promise<void> {
  if (arePortalsBuilt(outDir)) return
  const stamp = stampOf()
  const staging = `${outDir}.${process.pid}.new`
  await rm(staging, { recursive: true, force: true })
  await mkdir(staging, { recursive: true })
  const { buildFonts } = await import('./fonts.ts')
  const fonts = await buildFonts(join(staging, assets), `/${assets}`)
  await bundle(staging, fonts)
  await compressAll(staging)
  await writeFile(join(staging, stampName), stamp)
  await rm(outDir, { recursive: true, force: true })
  await rename(staging, outDir)
}

async function bundle(outDir: string, fonts: Fonts): Promise<void> {
  const [{ build }, { default: react }, { default: localesPlugin }, { serbianStrings }] = await Promise.all([
    import('vite'),
    import('@vitejs/plugin-react'),
    import('@react-aria/optimize-locales-plugin'),
    import('./react-aria-strings.ts'),
  ])
  await build({
    configFile: false,
    envFile: false,
    root,
    base: '/',
    publicDir: false,
    logLevel: 'error',
    mode: 'production',
    // React Aria has thirty languages, 29 KB compressed; the portals need two.
    plugins: [localesPlugin.vite({ locales: ['en-US', 'sr-SP'] }) as Plugin, serbianStrings(), react(), head(fonts)],
    build: {
      outDir,
      emptyOutDir: false,
      assetsDir: assets,
      assetsInlineLimit: 0, // `data:` addresses would need a wider content policy.
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      target: 'es2023',
      rollupOptions: {
        input: Object.fromEntries(
          ['doctor', 'patient', 'operator', 'fund', 'commission', 'employer', 'vendor'].map((portal) => [portal, join(root, portal, 'index.html')]),
        ),
      },
    },
  })
}

/** Puts links to the fonts first in every page, because text moves when a font comes late. */
function head(fonts: Fonts): Plugin {
  const preloads = fonts.preload.map((href) => ({
    tag: 'link',
    attrs: { rel: 'preload', href, as: 'font', type: 'font/woff2', crossorigin: '' },
    injectTo: 'head-prepend' as const,
  }))
  return {
    name: 'spona-head',
    transformIndexHtml: () => [...preloads, { tag: 'link', attrs: { rel: 'stylesheet', href: fonts.css }, injectTo: 'head' }],
  }
}

/** Compresses all files once at the build instead of at every request. */
async function compressAll(folder: string): Promise<void> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(js|css|html|svg)$/.test(name))
  await Promise.all(names.map((name) => compress(join(folder, name))))
}

async function compress(file: string): Promise<void> {
  const bytes = await readFile(file)
  if (bytes.length < compressedMinBytes) return
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }
  const [br, gz] = await Promise.all([promisify(brotliCompress)(bytes, quality), promisify(gzip)(bytes, { level: 9 })])
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)])
}

/** Files of a finished build by their address, for the routes: `/portals/assets/…`, `/doctor/index.html`. */
export function builtFiles(outDir: string): Map<string, string> {
  const names = readdirSync(outDir, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    names.map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return [`/${relative(outDir, file)}`, file]
    }),
  )
}

// Run as a program (`node src/portals/build.ts FOLDER`), this file builds and ends.
if (import.meta.main) await buildPortals(process.argv[2] as string)
