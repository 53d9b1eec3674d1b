import { useState } from 'react'
import type { DocumentLine, LeaveView } from '../../../sickleave/wire.ts'
import { change } from '../../shared/api.ts'
import { LeaveList } from '../../shared/LeaveList.tsx'
import { useData, useSay } from '../../shared/language.tsx'
import { Trouble } from '../../shared/Trouble.tsx'
import { sharing as words } from '../words.ts'

/** One's own leaves with the papers of each, and who may read the diagnosis. */
export function OwnLeaves({ leaves }: { leaves: readonly LeaveView[] }) {
  return (
    <LeaveList
      leaves={leaves}
      papers={({ id }) => `/sickleave/mine/${id}/documents`}
      acts={(leave) => (leave.diagnosis === null ? null : <Sharing leave={leave} />)}
    />
  )
}

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
