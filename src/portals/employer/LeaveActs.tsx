import { useState } from 'react'
import { Link } from 'react-router'
import type { EmployerEvent } from '../../sickleave/employer/wire.ts'
import { Failure, get, submit } from '../shared/api.ts'
import { formatDate } from '../shared/format.ts'
import { type Say, useData, useLanguage, useSay } from '../shared/language.tsx'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { inbox, leave as words, objectionKinds, objections } from './words.ts'

/** The acts on a leave: mark it as done, give earnings, ask for money, object, read the diagnosis that the person shared. */
export function LeaveActs({ pib, leave, last, onChanged }: { pib: string; leave: string; last: EmployerEvent; onChanged(): void }) {
  const say = useSay()
  const data = useData()
  const at = `/sickleave/employer/${encodeURIComponent(pib)}`
  const textOf = useSharedText()
  const [asked, setAsked] = useState<Asked | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const act = async (work: () => Promise<string>) => {
    setFailure(null)
    try {
      setSaid(await work())
    } catch (error) {
      setFailure(error)
    }
  }
  const mark = () =>
    act(async () => {
      await submit('POST', `${at}/marks`, { leaves: [{ leave, seq: last.seq }], done: true })
      onChanged()
      return say(words.marked)
    })
  const shared = () => act(async () => textOf(await sharedDiagnosis(`${at}/leaves/${encodeURIComponent(leave)}/shared`)))
  return (
    <>
      <div className="buttons">
        <button type="button" className="button main" onClick={() => void mark()}>
          {say(words.mark)}
        </button>
        <Link className="button" to={`/leaves/${pib}/${leave}/earnings`}>
          {say(words.earnings)}
        </Link>
        <Link className="button" to={`/requests/${pib}/new?leave=${leave}`}>
          {say(words.request)}
        </Link>
        {(['assessment', 'control', 'correction'] as const).map((kind) => (
          <button type="button" key={kind} className="button" onClick={() => setAsked(objectionAsked(say, at, leave, kind))}>
            {say(objectionKinds[kind])}
          </button>
        ))}
        <button type="button" className="button" onClick={() => void shared()}>
          {say(words.readShared)}
        </button>
      </div>
      <p role="status">{said}</p>
      {failure !== null && <Trouble error={failure} takesFocus />}
      {asked && (
        <StepDialog<{ number: string }>
          asked={asked}
          onClose={() => setAsked(null)}
          onDone={({ number }) => setSaid(say(objections.done, { number: data(number) }))}
        />
      )}
      <p className="soft small">{say(inbox.keepSeen)}</p>
    </>
  )
}

type Kind = 'assessment' | 'control' | 'correction'

const objectionAsked = (say: Say, at: string, leave: string, kind: Kind): Asked => ({
  ...{ title: say(objectionKinds[kind]), lead: objections.lead, confirm: objections.make, to: `${at}/objections`, more: { kind, leave } },
  fields: [{ name: 'text', label: objections.text, long: true }],
})

type Shared = { diagnosis: string; until: string | null }

function useSharedText() {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (found: Shared | null): string => {
    if (found === null) return say(words.notShared)
    const diagnosis = data(found.diagnosis)
    return found.until === null ? say(words.shared, { diagnosis }) : say(words.sharedUntil, { diagnosis, until: formatDate(language, found.until) })
  }
}

/** Null when the person has shared nothing. */
async function sharedDiagnosis(url: string): Promise<Shared | null> {
  try {
    return await get<Shared>(url)
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return null
    throw error
  }
}
