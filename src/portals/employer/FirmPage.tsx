import { useState } from 'react'
import { useSay } from '../shared/language.tsx'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { useTitle } from '../shared/use-title.ts'
import { ForEmployer } from './ForEmployer.tsx'
import { firm } from './firm-words.ts'
import { ChannelsPart } from './firm/ChannelsPart.tsx'
import { MandatesPart } from './firm/MandatesPart.tsx'
import { MembersPart } from './firm/MembersPart.tsx'
import type { Part } from './firm/part.ts'
import { SystemsPart } from './firm/SystemsPart.tsx'
import { portal } from './words.ts'

export function FirmPage() {
  const say = useSay()
  useTitle(portal.firm)
  return (
    <>
      <h1>{say(portal.firm)}</h1>
      <ForEmployer>
        {({ pib, role, agency }) =>
          role === 'administrator' && agency === null ? <Firm key={pib} at={`/sickleave/employer/${pib}`} /> : <p>{say(firm.admin)}</p>
        }
      </ForEmployer>
    </>
  )
}

function Firm({ at }: { at: string }) {
  const say = useSay()
  const [asked, setAsked] = useState<{ asked: Asked; done(answer: unknown): void } | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [round, setRound] = useState(0)
  const again = () => setRound((before) => before + 1)
  const act = async (work: () => Promise<unknown>) => {
    setFailure(null)
    try {
      await work()
      again()
    } catch (error) {
      setFailure(error)
    }
  }
  const ask: Part['ask'] = ({ title, to, fields, more = {}, done = () => {}, method }) =>
    setAsked({
      asked: { title: say(title), confirm: title, fields, to: `${at}/${to}`, more, ...(method ? { method } : {}) },
      done: done as (answer: unknown) => void,
    })
  const parts: Part = { at, ask, act, setSaid }
  return (
    <div key={round} className="parts">
      {said && (
        <p className="notice" role="status">
          <span className="code">{said}</span>
        </p>
      )}
      {failure !== null && <Trouble error={failure} takesFocus />}
      <MembersPart {...parts} />
      <ChannelsPart {...parts} />
      <SystemsPart {...parts} />
      <MandatesPart {...parts} />
      {asked && (
        <StepDialog
          asked={asked.asked}
          onClose={() => setAsked(null)}
          onDone={(answer: unknown) => {
            asked.done(answer)
            again()
          }}
        />
      )}
    </div>
  )
}
