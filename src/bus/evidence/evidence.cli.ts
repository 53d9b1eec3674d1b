import { readFileSync } from 'node:fs'
import { type Command, WrongUse } from '../../platform/cli.ts'
import type { PublicJwk } from '../../platform/http-signature.ts'
import { evidenceOf } from './evidence.ts'
import { verifyLog } from './seal-log.ts'
import { verifyEvidence, verifyReceipts, verifyStamps, type Verdict } from './verify-evidence.ts'

/** `npm run -s spona -- bus evidence MESSAGE > file` */
export const evidenceCommand: Command = {
  name: 'bus evidence',
  summary: 'Print the evidence of a message as a file that is verified offline.',
  argument: { name: 'MESSAGE', about: 'Number of the message, as its receipt says.' },
  options: { body: { type: 'boolean', about: 'With the contents, when they are still kept.' } },
  async run(world, options, print) {
    print(JSON.stringify(await evidenceOf(world, String(options['argument']), options['body'] === true), null, 1))
  },
}

/** `npm run -s spona -- bus verify FILE --keys keys.json`, where keys.json is what GET /bus/keys answered. */
export const verifyCommand: Command = {
  name: 'bus verify',
  summary: 'Verify a file of evidence, or the receipts of a batch, by public keys alone; exit code 1 when anything is wrong.',
  argument: { name: 'FILE', about: 'What bus evidence printed, or what a batch was answered.' },
  options: {
    keys: { type: 'string', about: 'File with the centre’s public keys, as GET /bus/keys answers them.' },
    'tsa-ca': { type: 'string', about: 'PEM file with the certificates that the time stamps must lead to.' },
  },
  needs: 'nothing',
  async run(_world, options, print) {
    const keys = options['keys'] === undefined ? null : (readJson(String(options['keys'])) as { keys: PublicJwk[] }).keys
    if (keys !== null && !Array.isArray(keys)) throw new WrongUse('--keys: the file holds no key set')
    const evidence = readJson(String(options['argument']))
    const isReceipts = /^spona-bus-receipts-[12]$/.test(String((evidence as { format?: unknown } | null)?.format))
    const verdict = isReceipts ? verifyReceipts(evidence, keys) : await verifyAll(evidence, keys, options['tsa-ca'])
    if (options['json']) print(JSON.stringify(verdict))
    else for (const line of [verdict.ok ? 'whole' : 'BROKEN', ...verdict.problems.map((one) => `  ${one}`), ...verdict.found]) print(line)
    return verdict.ok ? 0 : 1
  },
}

async function verifyAll(evidence: unknown, keys: readonly PublicJwk[] | null, authority: unknown): Promise<Verdict> {
  const checked = verifyEvidence(evidence, keys)
  if (!checked.ok) return checked
  const stamps = await verifyStamps(evidence, authority === undefined ? null : readText(String(authority)))
  return { ok: stamps.ok, found: [...checked.found, ...stamps.found], problems: stamps.problems }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new WrongUse(`${file} cannot be read`)
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readText(file))
  } catch {
    throw new WrongUse(`${file} cannot be read as JSON`)
  }
}

export const logVerify: Command = {
  name: 'bus log verify',
  summary: 'Recompute every seal of the log of the bus; exit code 1 when a row or a seal was changed.',
  options: {},
  async run(world, options, print) {
    const report = await verifyLog(world)
    if (options['json']) print(JSON.stringify(report))
    else {
      print(
        `${report.ok ? 'whole' : 'BROKEN'}: ${report.rows} rows under ${report.seals} seals, ${report.unsealed} not sealed yet, ${report.seconds.toFixed(2)} s`,
      )
      for (const problem of report.problems) print(`  ${problem}`)
    }
    return report.ok ? 0 : 1
  },
}
