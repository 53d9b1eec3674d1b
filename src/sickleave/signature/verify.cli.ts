import { readFileSync } from 'node:fs'
import { type Command, WrongUse } from '../../platform/cli.ts'
import { verifyEvidence } from './verify-evidence.ts'

/** `npm run -s spona -- sickleave verify FILE`, where FILE is the answer of …/leaves/LEAVE/evidence. */
export const verifyCommand: Command = {
  name: 'sickleave verify',
  summary: 'Verify the evidence of a sick leave offline: seal of the centre, signatures of the doctors; exit code 1 when anything is wrong.',
  argument: { name: 'FILE', about: 'What GET /sickleave/mine/LEAVE/evidence answered.' },
  options: { certificate: { type: 'string', about: 'SHA-256 of the certificate that it must be sealed with, in hexadecimal digits.' } },
  needs: 'nothing',
  async run(_world, options, print) {
    const verdict = await verifyEvidence(readJson(String(options['argument'])), (options['certificate'] as string | undefined) ?? null)
    if (options['json']) print(JSON.stringify(verdict))
    else for (const line of [verdict.ok ? 'whole' : 'BROKEN', ...verdict.problems.map((one) => `  ${one}`), ...verdict.found]) print(line)
    return verdict.ok ? 0 : 1
  },
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new WrongUse(`${file} cannot be read as JSON`)
  }
}
