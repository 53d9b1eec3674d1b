import { useState } from 'react'
import { Link } from 'react-router'
import type { EmployerEvent } from '../../sickleave/employer/wire.ts'
import { Failure, get, submit } from '../shared/api.ts'
import { formatDate } from '../shared/format.ts'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { inbox, leave as words, objectionKinds, objections } from './words.ts'

/** What may be done about a leave: deal with it, give earnings, ask for money, object, read what the person shared. */
export function LeaveActs({ pib, leave, last, onChanged }: { pib: string; leave: string; last: EmployerEvent; onChanged(): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const at = `/sickleave/employer/${encodeURIComponent(pib)}`
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
  const shared = () =>
    act(async () => {
      try {
        const { diagnosis, until } = await get<{ diagnosis: string; until: string | null }>(`${at}/leaves/${encodeURIComponent(leave)}/shared`)
        if (until === null) return say(words.shared, { diagnosis: data(diagnosis) })
        return say(words.sharedUntil, { diagnosis: data(diagnosis), until: formatDate(language, until) })
      } catch (error) {
        if (error instanceof Failure && error.status === 404) return say(words.notShared)
        throw error
      }
    })
  const object = (kind: 'assessment' | 'control' | 'correction') =>
    setAsked({
      ...{ title: say(objectionKinds[kind]), lead: objections.lead, confirm: objections.make, to: `${at}/objections`, more: { kind, leave } },
      fields: [{ name: 'text', label: objections.text, long: true }],
    })
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
          <button type="button" key={kind} className="button" onClick={() => object(kind)}>
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
