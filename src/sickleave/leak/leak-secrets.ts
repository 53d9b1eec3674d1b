import { existsSync } from 'node:fs'
import { masterKeyFile, readMaster } from '../../platform/keys.ts'
import type { World } from '../../platform/world.ts'
import { casesOf } from '../case-store.ts'
import { medicalOf } from '../medical/medical.ts'
import { keyNeedles, type Needle, textNeedles } from './leak-process.ts'

/** The texts about one leave that must never reach an employer. */
export type Secrets = { patient: number; leave: string; words: string[] }

const wordsMin = 3

/** Of a leave, by the id of an employer: diagnosis, notes, findings, who acted, why, and the numbers of decisions. */
export async function secretsOf(world: World, knownAs: string): Promise<Secrets | null> {
  const [place] = await world.sql<{ patient: number; leave: string }>`
    select patient, leave from sickleave.document where known_as = ${knownAs} limit 1`
  if (!place) return null
  const { patient, leave } = place
  const words = new Set<string>()
  for (const { diagnosis, note, finding, exception } of await medicalOf(world.sql, world, patient, leave)) {
    for (const word of [diagnosis, note, finding, exception]) if (word) words.add(word)
  }
  const found = (await casesOf(world.sql, [patient])).find(({ id }) => id === leave)
  for (const { actor, actorName, step } of found?.steps ?? []) {
    words.add(actor).add(actorName)
    if ('why' in step && step.kind !== 'closed') words.add(step.why)
    if (step.kind === 'decided') words.add(step.number)
  }
  // The case's own id would connect what two employers know.
  words.add(leave).add(String(patient))
  return { patient, leave, words: [...words].filter((word) => word.length >= wordsMin) }
}

/** The words for kinds of exceptions stand in our own program, which both processes load. */
const ofProgram: ReadonlySet<string> = new Set(['malignant', 'pregnancy', 'disability', 'surgery'])

/** What the employers' process must not have in its memory: keys, and the words of leaves about which nothing is shared. */
export async function needlesOf(world: World, secrets: readonly Secrets[]): Promise<Needle[]> {
  const { keys, config } = world
  const keysOfOthers = [
    ['the key of the medical part', 'sickleave-medical', 32],
    ['the key of shares', 'sickleave-shares', 32],
    ['the key of tickets', 'sickleave-employers-ticket', 32],
    ['the key of personal numbers', 'identity-numbers', 32],
    ['the key by which leaves get their names', 'sickleave-known-as', 32],
    ['the password of the server’s database role', 'database-app', 32],
  ] as const
  const file = masterKeyFile(config.DATA_DIR)
  const shared = new Set((await world.sql<{ leave: string }>`select distinct leave from sickleave.shared limit 100000`).map(({ leave }) => leave))
  return [
    ...(existsSync(file) ? keyNeedles('the master key', readMaster(file)) : []),
    ...keysOfOthers.flatMap(([name, label, bytes]) => keyNeedles(name, keys.derive(label, bytes))),
    ...secrets
      .filter(({ leave }) => !shared.has(leave))
      .flatMap(({ leave, words }) => words.filter((word) => !ofProgram.has(word)).flatMap((word) => textNeedles(`a secret of the leave ${leave}`, word))),
  ]
}

/** Words of our own that would tell what an employer may not know, wherever they stand. */
export const speakingWords = [
  'diagnos',
  'dijagnoz',
  'дијагноз',
  'specialt',
  'isException',
  'referred',
  'decided',
  'commission',
  'комисиј',
  'actorName',
  'proposedUntil',
  'approvedUntil',
  'patient',
  'reason',
]

export const leaksIn = (text: string, words: readonly string[]): string[] => words.filter((word) => text.includes(word))
