import { useState } from 'react'
import type { Objections as AllObjections } from '../../../sickleave/objection/wire.ts'
import type { Requests } from '../../../sickleave/request/wire.ts'
import type { DocumentLine, LeaveView } from '../../../sickleave/wire.ts'
import { Arrived } from '../../shared/Arrived.tsx'
import { change, submit } from '../../shared/api.ts'
import { formatDate } from '../../shared/format.ts'
import { LeaveList } from '../../shared/LeaveList.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { type Asked, StepDialog } from '../../shared/StepDialog.tsx'
import { Trouble } from '../../shared/Trouble.tsx'
import { useLive } from '../../shared/use-live.ts'
import { Money } from './Money.tsx'
import { Objections } from './Objections.tsx'
import { sharing as words } from '../words.ts'

/** The reader's own leaves, each with its papers, the employers who may read the diagnosis, its money, and what may be objected to. */
export function OwnLeaves({ leaves }: { leaves: readonly LeaveView[] }) {
  const requests = useLive<Requests>('/sickleave/mine/requests', null)
  const objections = useLive<AllObjections>('/sickleave/mine/objections', null)
  const changed = () => {
    requests.reload()
    objections.reload()
  }
  return (
    <LeaveList
      leaves={leaves}
      papers={({ id }) => `/sickleave/mine/${id}/documents`}
      acts={(leave) => (
        <>
          {leave.diagnosis !== null && <Sharing leave={leave} />}
          <Arrived live={requests} lines={2}>
            {(all) => <Money leave={leave} requests={of(all, leave)} onChanged={changed} />}
          </Arrived>
          <Arrived live={objections} lines={1}>
            {(all) => <Objections leave={leave.id} isOver={leave.status === 'cancelled'} all={all} onChanged={changed} />}
          </Arrived>
        </>
      )}
    />
  )
}

/** A request names the leave by the id that the employer knows; `ownLeave` is the id that the person knows. */
const of = ({ requests }: Requests, { id }: LeaveView) => requests.filter((one) => (one.ownLeave ?? one.leave) === id)

/** One line for each employer, however many papers it has. */
function Sharing({ leave }: { leave: LeaveView }) {
  const employers = new Map(leave.documents.flatMap((paper) => (paper.pib === null ? [] : [[paper.pib, paper] as const])))
  return [...employers].map(([pib, paper]) => <SharedWith key={pib} leave={leave.id} pib={pib} paper={paper} />)
}

function SharedWith({ leave, pib, paper }: { leave: string; pib: string; paper: DocumentLine }) {
  const say = useSay()
  const data = useData()
  const [now, setNow] = useState({ isShared: paper.isShared, until: paper.sharedUntil })
  const [asked, setAsked] = useState<Asked | null>(null)
  const [isSending, setSending] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const employer = data(paper.employer ?? '')
  const at = `/sickleave/mine/${leave}/sharing/${pib}`
  const share = () =>
    setAsked({
      ...{ title: say(words.share, { employer }), lead: words.lead, confirm: words.confirm, to: at, method: 'PUT', more: {} },
      fields: [{ name: 'until', label: words.until, hint: words.untilHint, optional: true, isDay: true }],
      send: async (to, body) => {
        await submit('PUT', to, body)
        setNow({ isShared: true, until: (body['until'] as string | undefined) ?? null })
      },
    })
  const takeBack = async () => {
    if (isSending) return
    setSending(true)
    setFailure(null)
    try {
      await change('DELETE', at)
      setNow({ isShared: false, until: null })
    } catch (error) {
      setFailure(error)
    } finally {
      setSending(false)
    }
  }
  return (
    <div>
      {failure !== null && <Trouble error={failure} takesFocus />}
      <p aria-live="polite">
        <SharedNow {...now} employer={employer} />
      </p>
      <p className="buttons">
        <button type="button" className="button" aria-disabled={isSending} onClick={() => (now.isShared ? void takeBack() : share())}>
          {say(now.isShared ? words.takeBack : words.share, { employer })}
        </button>
      </p>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={() => {}} />}
    </div>
  )
}

/** Four cases: shared, shared until a day, no longer shared since a day, or not shared. */
function SharedNow({ isShared, until, employer }: { isShared: boolean; until: string | null; employer: string }) {
  const say = useSay()
  const language = useLanguage()
  if (until === null) return say(isShared ? words.isShared : words.isNotShared, { employer })
  return say(isShared ? words.isSharedUntil : words.ended, { employer, until: formatDate(language, until) })
}
