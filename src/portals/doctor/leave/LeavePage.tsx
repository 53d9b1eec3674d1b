import { Suspense, useState } from 'react'
import { Await, Link, useLoaderData, useParams } from 'react-router'
import type { VisitView } from '../../../record/wire.ts'
import type { Leaves, LeaveView } from '../../../sickleave/wire.ts'
import { LeaveList } from '../../shared/LeaveList.tsx'
import { ageAt, formatDate } from '../../shared/format.ts'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import type { Message } from '../../shared/message.ts'
import { Trouble } from '../../shared/Trouble.tsx'
import { useTitle } from '../../shared/use-title.ts'
import type { leaveLoader } from '../loaders.ts'
import { SignatureState } from '../signature/Signature.tsx'
import { LeaveActs } from './LeaveActs.tsx'
import { LeaveForm } from './LeaveForm.tsx'
import { banner } from '../record/words.ts'
import { leave as words } from './words.ts'

/** Whoever is not insured through an employer has nobody to be told. */
const toldOf = ({ status, documents }: LeaveView): Message =>
  status === 'referred' ? words.proposed : documents.some(({ pib }) => pib !== null) ? words.opened : words.openedAlone

/** A leave in one form and one confirmation; below it what there is already. */
export function LeavePage() {
  const say = useSay()
  const { person = '' } = useParams()
  const loaded = useLoaderData<typeof leaveLoader>()
  useTitle(words.title)
  return (
    <div className="page leave-page">
      <p>
        <Link to={`/people/${encodeURIComponent(person)}`}>{say(words.back)}</Link>
      </p>
      <Suspense fallback={<h1>{say(words.title)}</h1>}>
        <Await resolve={loaded.about} errorElement={<Trouble error={null} />}>
          {([answer, visit]: [Leaves, VisitView | null]) => <Known person={person} first={answer} visit={visit} />}
        </Await>
      </Suspense>
    </div>
  )
}

function Known({ person, first, visit }: { person: string; first: Leaves; visit: VisitView | null }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const [leaves, setLeaves] = useState(first.leaves)
  const [done, setDone] = useState<Message | null>(null)
  const at = `/sickleave/people/${encodeURIComponent(person)}/leaves`
  const changed = (leave: LeaveView) => {
    setLeaves((before) => before.map((one) => (one.id === leave.id ? leave : one)))
    setDone(words.changed)
  }
  return (
    <>
      <h1>
        {say(words.title)}: {data(first.name)}
      </h1>
      {first.birthDate && (
        <p className="num">
          <span className="soft">{say(banner.born)}</span> {formatDate(language, first.birthDate)} (
          {say(banner.years, { count: ageAt(first.birthDate, first.today) ?? 0 })})
        </p>
      )}
      <div aria-live="polite">{done && <p className="status ok">{say(done)}</p>}</div>
      <LeaveForm
        person={person}
        today={first.today}
        visit={visit}
        onOpened={(opened) => {
          setLeaves((known) => [opened, ...known])
          setDone(toldOf(opened))
        }}
      />
      <SignatureState />
      <h2>{say(words.mine)}</h2>
      {leaves.length === 0 ? (
        <p className="soft">{say(words.noLeaves)}</p>
      ) : (
        <LeaveList
          leaves={leaves}
          papers={({ id }) => `${at}/${id}/documents`}
          acts={(one) => <LeaveActs key={one.steps.length} person={person} leave={one} to={`${at}/${one.id}`} today={first.today} onDone={changed} />}
        />
      )}
    </>
  )
}
