import { useState } from 'react'
import type { Objections as AllObjections } from '../../../sickleave/objection/wire.ts'
import type { Requests } from '../../../sickleave/request/wire.ts'
import type { DocumentLine, LeaveView } from '../../../sickleave/wire.ts'
import { Arrived } from '../../shared/Arrived.tsx'
import { change } from '../../shared/api.ts'
import { LeaveList } from '../../shared/LeaveList.tsx'
import { useData, useSay } from '../../shared/language.tsx'
import { Trouble } from '../../shared/Trouble.tsx'
import { useLive } from '../../shared/use-live.ts'
import { Money } from './Money.tsx'
import { Objections } from './Objections.tsx'
import { sharing as words } from '../words.ts'

/** One's own leaves with the papers of each, who may read the diagnosis, where the money is, and what may be objected to. */
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

/** An employer's request names the leave as that employer knows it: the wire gives the person the leave's own name beside it. */
const of = ({ requests }: Requests, { id }: LeaveView) => requests.filter((one) => (one.ownLeave ?? one.leave) === id)

/** Each employer once, however many papers it has. */
function Sharing({ leave }: { leave: LeaveView }) {
  const employers = new Map(leave.documents.flatMap((paper) => (paper.pib === null ? [] : [[paper.pib, paper] as const])))
  return [...employers].map(([pib, paper]) => <SharedWith key={pib} leave={leave.id} pib={pib} paper={paper} />)
}

function SharedWith({ leave, pib, paper }: { leave: string; pib: string; paper: DocumentLine }) {
  const say = useSay()
  const data = useData()
  const [isShared, setShared] = useState(paper.isShared)
  const [isSending, setSending] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const employer = data(paper.employer ?? '')
  const press = async () => {
    if (isSending) return
    setSending(true)
    setFailure(null)
    try {
      await change(isShared ? 'DELETE' : 'PUT', `/sickleave/mine/${leave}/sharing/${pib}`)
      setShared(!isShared)
    } catch (error) {
      setFailure(error)
    } finally {
      setSending(false)
    }
  }
  return (
    <div>
      {failure !== null && <Trouble error={failure} takesFocus />}
      <p aria-live="polite">{say(isShared ? words.isShared : words.isNotShared, { employer })}</p>
      <p className="buttons">
        <button type="button" className="button" aria-disabled={isSending} onClick={() => void press()}>
          {say(isShared ? words.takeBack : words.share, { employer })}
        </button>
      </p>
    </div>
  )
}
