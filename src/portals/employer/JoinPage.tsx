import { useState } from 'react'
import type { Joined, Registrable } from '../../sickleave/employer/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { useData, useSay } from '../shared/language.tsx'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { firm, join } from './firm-words.ts'

export function JoinPage() {
  const say = useSay()
  const data = useData()
  const [asked, setAsked] = useState<Asked | null>(null)
  const live = useLive<Registrable>('/sickleave/employer/registration', null)
  useTitle(join.title)
  const byCode: Asked = {
    title: say(join.code),
    confirm: firm.accept,
    fields: [{ name: 'code', label: firm.enterCode }],
    to: '/sickleave/employer/invitations',
    more: {},
    meanings: { 404: join.noCode },
  }
  const register = (pib: string, name: string): Asked => ({
    title: data(name),
    confirm: join.register,
    fields: [],
    to: '/sickleave/employer/registration',
    more: { pib },
  })
  return (
    <>
      <h1>{say(join.title)}</h1>
      <p>
        <button type="button" className="button main" onClick={() => setAsked(byCode)}>
          {say(join.code)}
        </button>
      </p>
      <h2>{say(join.lead)}</h2>
      <Arrived live={live}>
        {({ employers }) =>
          employers.length === 0 ? (
            <p className="soft">{say(join.nobody)}</p>
          ) : (
            <ul className="leaves">
              {employers.map(({ pib, name, isRegistered }) => (
                <li key={pib}>
                  {data(name)} {isRegistered && <span className="soft">({say(join.registered)})</span>}{' '}
                  <button type="button" className="button" aria-label={`${say(join.register)} ${data(name)}`} onClick={() => setAsked(register(pib, name))}>
                    {say(join.register)}
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Arrived>
      {asked && <StepDialog<Joined> asked={asked} onClose={() => setAsked(null)} onDone={() => location.assign('/employer/')} />}
    </>
  )
}
