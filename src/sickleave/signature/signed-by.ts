import { Refusal } from '../../platform/refusal.ts'
import type { Runner, Transaction } from '../../platform/sql.ts'
import type { Asking } from '../asking.ts'
import type { Body } from '../read-body.ts'
import { isOpen, keysNamed } from './keys.ts'
import { isSignedBy, readSignedAct, type SignedAct } from './signed-act.ts'

/** Browsers set their clock by the answer of the unlocking; this allows for the way and a slow line. */
const apartMsMax = 5 * 60_000

export type Signed = Pick<SignedAct, 'jws' | 'kid' | 'nonce'> & { by: 'doctor' | 'institution' }
/** What the URL of the request names; the leave of an opening is the id in its body. */
export type Named = { act: string; person: string; leave: string | null }

const refuse = (kind: 'incorrect' | 'forbidden' | 'unprocessable' | 'conflict', sentence: string, hint?: string) =>
  new Refusal(kind, sentence, { expression: 'signed', ...(hint ? { hint } : {}) })

/** The fields of an act from its body: signed by the doctor of this session, or unsigned where the installation accepts that. */
export async function contentOf(asking: Asking, given: unknown, named: Named): Promise<{ content: unknown; signed: Signed | null }> {
  const isSigned = typeof given === 'object' && given !== null && Object.hasOwn(given, 'signed')
  if (!isSigned) {
    if (asking.world.config.DOCTOR_SIGNATURE === 'demanded')
      throw refuse('unprocessable', 'a step of a sick leave bears the doctor’s signature here', 'Unlock it by POST /sickleave/signature, then send signed.')
    return { content: given, signed: null }
  }
  if (Object.keys(given as Body).length > 1) throw refuse('incorrect', 'beside signed nothing is sent: what is signed is what is done')
  const act = readSignedAct((given as Body)['signed'])
  await checkKey(asking, act)
  const leave = named.leave ?? act.body['id']
  if (act.act !== named.act || act.person !== named.person || typeof leave !== 'string' || act.leave !== leave.toLowerCase())
    throw refuse('unprocessable', 'this was signed for another act, another person or another leave')
  const apart = asking.world.now().getTime() - act.at.getTime()
  if (Math.abs(apart) > apartMsMax)
    throw refuse('unprocessable', apart > 0 ? 'this was signed too long ago' : 'this was signed in the future', 'Sign when you send; set the clock.')
  return { content: act.body, signed: { jws: act.jws, kid: act.kid, nonce: act.nonce, by: 'doctor' } }
}

/** A stranger's key and an unknown key get the same answer: it must not tell whose keys exist. */
async function checkKey({ world, actor }: Asking, { kid, jws }: SignedAct): Promise<void> {
  const key = (await keysNamed(world.sql, [kid])).get(kid)
  if (!key || key.account !== actor.id || key.session !== actor.session)
    throw refuse('forbidden', 'the key that signed is not one of this session', 'Unlock the signature in this session, and sign with its key.')
  if (!isOpen(key, world.now())) throw refuse('forbidden', 'the signature is locked or its time is over', 'Unlock it again.')
  if (key.institution !== actor.institution || key.worker !== actor.worker) throw refuse('forbidden', 'the signature was unlocked in another place of work')
  if (!isSignedBy(jws, key.jwk))
    throw refuse('forbidden', 'the signature does not fit what was sent', 'Sign the letters of header and payload as they are sent.')
}

type SignedPlace = { patient: number; leave: string; from: number; until: number; at: Date }

/** Stores the signature with its steps, in their transaction. Using it a second time is refused. */
export async function keepSigned(tx: Transaction, { kid, nonce, by }: Signed, { patient, leave, from, until, at }: SignedPlace): Promise<void> {
  const first = await tx`insert into sickleave.signed_once (kid, nonce) values (${kid}, ${nonce}::uuid) on conflict do nothing returning kid`
  if (first.length === 0) throw refuse('conflict', 'this signature has been used already', 'Each act is signed by itself.')
  await tx`
    insert into sickleave.signed (patient, leave, seq, part, kid, at, by)
    select ${patient}, ${leave}::uuid, seq, ${until}, ${kid}, ${at}, ${by} from generate_series(${from}::int4, ${until}::int4) as seq`
}

const stepsMax = 5000
export type SignedSteps = ReadonlyMap<number, 'doctor' | 'institution'>
/** Who signed the steps of each leave of a person. */
export async function signedSteps(sql: Runner, keys: readonly number[]): Promise<Map<string, SignedSteps>> {
  const rows = await sql<{ leave: string; seq: number; by: 'doctor' | 'institution' }>`
    select leave, seq, by from sickleave.signed where patient = any(${[...keys]}::int8[]) order by leave, seq limit ${stepsMax}`
  return new Map([...Map.groupBy(rows, ({ leave }) => leave)].map(([leave, steps]) => [leave, new Map(steps.map(({ seq, by }) => [seq, by]))]))
}
