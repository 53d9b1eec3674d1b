import { type ReactNode, useEffect, useRef } from 'react'
import type { Denied } from '../../access/wire.ts'
import { Failure } from './api.ts'
import { Icon } from './Icon.tsx'
import { type Say, useData, useSay } from './language.tsx'
import type { Message } from './message.ts'
import { failures, shell } from './words.ts'

/** What a status means in this place, where the general sentence would say too little. */
export type Meanings = Partial<Record<number, Message>>

const issuesMax = 20

type TroubleOf = { error: unknown; onRetry?: () => void; children?: ReactNode; takesFocus?: boolean; meanings?: Meanings }

/** A failed section says what happened and what to do, keeps the rest of the page, and its reference can be copied. */
export function Trouble({ error, onRetry, children, takesFocus = false, meanings = {} }: TroubleOf) {
  const say = useSay()
  const data = useData()
  const box = useRef<HTMLDivElement>(null)
  const failure = error instanceof Failure ? error : null
  useEffect(() => {
    if (takesFocus) box.current?.focus()
  }, [takesFocus])
  if (failure?.denied) {
    return (
      <div className="notice seal" role="alert" tabIndex={-1} ref={box}>
        <Icon name="lock" />
        <div>
          <p className="strong">{reasonOf(failure.denied, say, data, meanings[failure.status])}</p>
          {failure.denied.opens.length > 0 && (
            <>
              <p className="soft">{say(failures.opens)}</p>
              <ul className="opens">
                {failure.denied.opens.map((way) => (
                  <li key={way}>{data(way)}</li>
                ))}
              </ul>
            </>
          )}
          {children}
        </div>
      </div>
    )
  }
  return (
    <div className="notice crit" role="alert" tabIndex={-1} ref={box}>
      <Icon name="critical" />
      <p>{sentence(say, failure, meanings)}</p>
      <div className="buttons">
        {onRetry && (
          <button type="button" className="button" onClick={onRetry}>
            {say(shell.retry)}
          </button>
        )}
        {failure?.reference && failure.status >= 500 && <CopyReference reference={failure.reference} />}
        {failure?.status === 401 && (
          <a href="/sign-in?to=/" target="_blank" rel="noreferrer">
            {say(failures.signIn)}
          </a>
        )}
      </div>
      {failure !== null && failure.status < 500 && failure.issues.length > 1 && (
        <ul className="opens">
          {failure.issues.slice(0, issuesMax).map((issue, at) => (
            <li key={`${at} ${issue}`}>{data(issue)}</li>
          ))}
        </ul>
      )}
      {children}
    </div>
  )
}

const reasonOf = ({ reason }: Denied, say: Say, data: (text: string) => string, meaning: Message | undefined) =>
  meaning ? say(meaning) : asSentence(data(reason))

const asSentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

function CopyReference({ reference }: { reference: string }) {
  const say = useSay()
  return (
    <button type="button" className="button quiet" onClick={() => void navigator.clipboard?.writeText(reference)}>
      {say(failures.copy)}
    </button>
  )
}

function sentence(say: Say, failure: Failure | null, meanings: Meanings): string {
  if (!failure) return say(failures.serverPlain)
  const meaning = meanings[failure.status]
  if (meaning) return say(meaning)
  if (failure.status === 0) return say(failures.offline)
  if (failure.status === 401) return say(failures.signedOut)
  if (failure.status === 404 || failure.status === 410) return say(failures.missing)
  if (failure.status === 429) return say(failures.tooMany)
  if (failure.status < 500) return say(failures.refused, { sentence: failure.message })
  return failure.reference ? say(failures.server, { id: failure.reference }) : say(failures.serverPlain)
}
