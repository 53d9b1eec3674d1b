// `npm run check`: everything that must hold before a change is committed, quick checks first. It stops at the first failure.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const node = process.execPath
const tool = (name: string) => join('node_modules', '.bin', name)

const steps: { name: string; command: string; words: string[] }[] = [
  { name: 'format (mend it by npm run format)', command: tool('biome'), words: ['format', '.'] },
  { name: 'lint', command: tool('oxlint'), words: ['--type-aware', 'src'] },
  { name: 'types', command: tool('tsc'), words: ['--noEmit', '-p', '.'] },
  { name: 'walls between the slices', command: node, words: ['--test', '--test-reporter=dot', 'src/tidy.test.ts'] },
  { name: 'dead code', command: tool('knip'), words: ['--no-config-hints', '--no-progress'] },
  // The tests come last, so that the output ends with the summary of node:test.
  { name: 'tests', command: node, words: ['src/testing/run.ts'] },
]

for (const { name, command, words } of steps) {
  process.stdout.write(`\n▸ ${name}\n`)
  const began = performance.now()
  const { status, error } = spawnSync(command, words, { stdio: 'inherit' })
  if (status === 0 && name !== 'tests') process.stdout.write(`  good, ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
  if (status !== 0) {
    process.stderr.write(`\n✖ npm run check stopped at: ${name}${error ? ` (${error.message})` : ''}\n`)
    process.exit(status ?? 1)
  }
}
