import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Failure, remove, submit } from '../../shared/api.ts'
import { useLanguage, useSay } from '../../shared/language.tsx'
import { type Act, type Held, heldKey, signAct, unlockKey } from './session-key.ts'
import { UnlockDialog } from './UnlockDialog.tsx'
import { signature as words } from './words.ts'

/** The doctor did not unlock the signature: nothing was sent. */
class NotUnlocked extends Error {}

type Signing = {
  held: Held | null
  /** Signs and posts. Asks the doctor to unlock the signature first, if that has not happened in this session. */
  postSigned<T>(path: string, act: Act): Promise<T>
  lock(): Promise<void>
}
const SignatureContext = createContext<Signing | null>(null)

export function useSignature(): Signing {
  const signing = use(SignatureContext)
  if (!signing) throw new Error('a signature is used outside of its provider')
  return signing
}

export const isGivenUp = (error: unknown): boolean => error instanceof NotUnlocked

type Waiting = { unlocked(held: Held): void; givenUp(): void }

/** One session signature for all pages of the doctor: it is unlocked once, and then signs each act without asking again. */
export function SignatureProvider({ children }: { children: ReactNode }) {
  const [held, setHeld] = useState<Held | null>(null)
  const known = useRef<Held | null>(null)
  const [waiting, setWaiting] = useState<Waiting | null>(null)
  const keep = useCallback((next: Held | null) => {
    known.current = next
    setHeld(next)
  }, [])
  const key = useCallback(async (): Promise<Held> => {
    if (known.current && Date.parse(known.current.until) > Date.now() - known.current.aheadMs) return known.current
    const found = (await heldKey()) ?? (await unlockWithoutPassword())
    if (found) {
      keep(found)
      return found
    }
    return new Promise((resolve, reject) =>
      setWaiting({
        unlocked(next) {
          setWaiting(null)
          keep(next)
          resolve(next)
        },
        givenUp() {
          setWaiting(null)
          reject(new NotUnlocked('the signature was not unlocked'))
        },
      }),
    )
  }, [keep])
  const signing = useMemo(
    (): Signing => ({
      held,
      async postSigned(path, act) {
        const signed = await signAct(await key(), act)
        try {
          return await submit('POST', path, signed)
        } catch (error) {
          // The key belongs to the session that has ended; the next session unlocks its own key.
          if (error instanceof Failure && error.status === 401) keep(null)
          throw error
        }
      },
      async lock() {
        await remove('/sickleave/signature')
        keep(null)
      },
    }),
    [held, key, keep],
  )
  return (
    <SignatureContext value={signing}>
      {children}
      {waiting && <UnlockDialog onUnlocked={waiting.unlocked} onClose={waiting.givenUp} />}
    </SignatureContext>
  )
}

/** A doctor who has just signed in at their own issuer needs no password. */
async function unlockWithoutPassword(): Promise<Held | null> {
  try {
    return await unlockKey()
  } catch (error) {
    if (error instanceof Failure && (error.status === 400 || error.status === 403)) return null
    throw error
  }
}

/** Shows that acts are signed, and until when, and lets the doctor lock the key before leaving the screen. */
export function SignatureState() {
  const say = useSay()
  const language = useLanguage()
  const { held, lock } = useSignature()
  const [isLocked, setLocked] = useState(false)
  useEffect(() => {
    if (held) setLocked(false)
  }, [held])
  if (!held) return <p className="soft small">{say(isLocked ? words.locked : words.lockedYet)}</p>
  const until = new Date(held.until).toLocaleTimeString(language === 'en' ? 'en-GB' : 'sr-RS', { hour: '2-digit', minute: '2-digit' })
  return (
    <p className="soft small">
      {say(words.unlocked, { until })}{' '}
      <button type="button" className="link-button" onClick={() => void lock().then(() => setLocked(true))}>
        {say(words.lock)}
      </button>
    </p>
  )
}
