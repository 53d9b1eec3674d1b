import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import { Await, Link, useAsyncError, useLoaderData, useLocation, useParams } from 'react-router'
import type { VisitView } from '../../../record/wire.ts'
import type { Leaves, LeaveView } from '../../../sickleave/wire.ts'
import { Failure } from '../../shared/api.ts'
import { LeaveList } from '../../shared/LeaveList.tsx'
import { useData, useSay } from '../../shared/language.tsx'
import type { Message, Values } from '../../shared/message.ts'
import { Trouble } from '../../shared/Trouble.tsx'
import { useTitle } from '../../shared/use-title.ts'
import type { leaveLoader } from '../loaders.ts'
import { SignatureState } from '../signature/Signature.tsx'
import { LeaveActs } from './LeaveActs.tsx'
import { LeaveBanner } from './LeaveBanner.tsx'
import { LeaveForm } from './LeaveForm.tsx'
import { leave as words } from './words.ts'

/** A message about the last act, with the number of employers that were told. */
type Done = { message: Message; values: Values }

const employersOf = ({ documents }: LeaveView): number => new Set(documents.flatMap(({ pib }) => pib ?? [])).size

/** A person who is not insured through an employer has no employer that could be told. */
function openedOf(leave: LeaveView): Done {
  const count = employersOf(leave)
  return { message: leave.status === 'referred' ? words.proposed : count > 0 ? words.opened : words.openedAlone, values: { count } }
}
function changedOf(leave: LeaveView): Done {
  const count = employersOf(leave)
  return { message: count > 0 ? words.changed : words.changedAlone, values: { count } }
}

/** A new leave in one form with one confirmation, and the person's earlier leaves below it. */
export function LeavePage() {
  const say = useSay()
  const { person = '' } = useParams()
  const loaded = useLoaderData<typeof leaveLoader>()
  useTitle(words.title)
  const within = (content: ReactNode) => (
    <div className="page leave-page">
      <p>
        <Link to={`/people/${encodeURIComponent(person)}`}>{say(words.back)}</Link>
      </p>
      {content}
    </div>
  )
  return (
    <Suspense fallback={within(<h1>{say(words.title)}</h1>)}>
      <Await resolve={loaded.about} errorElement={within(<LeaveTrouble />)}>
        {([answer, visit]: [Leaves, VisitView | null]) => (
          <>
            {answer.person && <LeaveBanner of={answer} person={answer.person} />}
            {within(<Known person={person} first={answer} visit={visit} />)}
          </>
        )}
      </Await>
    </Suspense>
  )
}

/** A reader who may not open a leave is told who may. */
function LeaveTrouble() {
  const error = useAsyncError()
  const say = useSay()
  const isDenied = error instanceof Failure && error.status === 403
  return (
    <>
      <h1>{say(isDenied ? words.doctorOnly : words.title)}</h1>
      <Trouble error={error} takesFocus />
    </>
  )
}

/** Takes the focus, so that a screen reader begins with the person's name; on the first page the browser decides. */
function Title({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  const isFirstPage = useLocation().key === 'default'
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus({ preventScroll: true })
  }, [isFirstPage])
  return (
    <h1 tabIndex={-1} ref={heading}>
      {children}
    </h1>
  )
}

/** Takes the focus, because the pressed button has disappeared. */
function DoneLine({ done }: { done: Done }) {
  const say = useSay()
  const line = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    line.current?.focus()
  }, [done])
  return (
    <p className="status ok" tabIndex={-1} ref={line}>
      {say(done.message, done.values)}
    </p>
  )
}

function Known({ person, first, visit }: { person: string; first: Leaves; visit: VisitView | null }) {
  const say = useSay()
  const data = useData()
  const [leaves, setLeaves] = useState(first.leaves)
  const [done, setDone] = useState<Done | null>(null)
  const at = `/sickleave/people/${encodeURIComponent(person)}/leaves`
  const changed = (leave: LeaveView) => {
    setLeaves((before) => before.map((one) => (one.id === leave.id ? leave : one)))
    setDone(changedOf(leave))
  }
  return (
    <>
      <Title>
        {say(words.title)}: {data(first.name)}
      </Title>
      <div aria-live="polite">{done && <DoneLine done={done} />}</div>
      <LeaveForm
        person={person}
        today={first.today}
        visit={visit}
        leaves={leaves}
        onOpened={(opened) => {
          setLeaves((known) => [opened, ...known])
          setDone(openedOf(opened))
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
