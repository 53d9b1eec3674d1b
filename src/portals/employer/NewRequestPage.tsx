import { useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { useSay } from '../shared/language.tsx'
import { useTitle } from '../shared/use-title.ts'
import { RequestForm } from './RequestForm.tsx'
import { requests as words } from './words.ts'

export function NewRequestPage() {
  const { pib = '' } = useParams()
  const [search] = useSearchParams()
  const say = useSay()
  const navigate = useNavigate()
  // One id for all attempts: a second press makes no second request.
  const [id] = useState(() => crypto.randomUUID())
  useTitle(words.newTitle)
  const day = (name: string) => (/^\d{4}-\d\d-\d\d$/.test(search.get(name) ?? '') ? (search.get(name) as string) : '')
  const path = `/sickleave/employer/${encodeURIComponent(pib)}/requests`
  return (
    <>
      <h1>{say(words.newTitle)}</h1>
      <p className="soft">{say(words.newLead)}</p>
      <RequestForm
        first={{ kind: 'compensation', from: day('from'), until: day('until'), payoutDay: '', account: '', months: '', note: '' }}
        send={{ method: 'POST', path, more: { id, leave: search.get('leave') ?? '' }, hasKind: true }}
        onSaved={(saved) => void navigate(`/requests/${pib}/${saved.id}`, { replace: true })}
      />
    </>
  )
}
