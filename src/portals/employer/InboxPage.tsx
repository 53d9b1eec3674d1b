import { useState } from 'react'
import type { CaseLine } from '../../sickleave/employer/wire.ts'
import { download, post } from '../shared/api.ts'
import { useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { useTitle } from '../shared/use-title.ts'
import { shell } from '../shared/words.ts'
import { EmployerChoice } from './EmployerChoice.tsx'
import { InboxLines } from './InboxLines.tsx'
import { keyOf, useCaseLines, type Wish } from './use-case-lines.ts'
import { useRowKeys } from './use-row-keys.ts'
import { inbox, leaveStates, portal } from './words.ts'

export function InboxPage() {
  const say = useSay()
  const [wish, setWish] = useState<Wish>({ text: '', pib: '', state: '', unread: false, pages: 1 })
  const { cases, failure, setFailure, load } = useCaseLines(wish)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  useTitle(portal.inbox)
  const lines = cases?.cases ?? []
  const selected = lines.filter((line) => chosen.has(keyOf(line)))
  const toggle = (line: CaseLine) =>
    setChosen((before) => new Set([...before].filter((one) => one !== keyOf(line)).concat(before.has(keyOf(line)) ? [] : keyOf(line))))
  const act = (work: () => Promise<void>) => void work().catch(setFailure)
  const mark = (wanted: readonly CaseLine[]) =>
    act(async () => {
      // One request for each employer: when one refuses, those of the others still count.
      for (const [pib, of] of Map.groupBy(wanted, (line) => line.pib)) {
        await post(`/sickleave/employer/${pib}/marks`, { leaves: of.map(({ leave, seq }) => ({ leave, seq })), done: true })
      }
      setChosen(new Set())
      await load()
    })
  const file = (format: 'xml' | 'csv') => act(() => download('/sickleave/employer/documents', { format, leaves: selected.map(({ leave }) => leave) }))
  useRowKeys(lines, { toggle, done: (line) => mark(selected.length > 0 ? selected : [line]) })
  return (
    <>
      <h1 id="inbox">
        {say(portal.inbox)} {cases && cases.unread > 0 && <span className="soft">· {say(inbox.unread, { count: cases.unread })}</span>}
      </h1>
      <p className="soft">{say(inbox.lead)}</p>
      <div className="tools">
        <Filters wish={wish} onChange={(part) => setWish({ ...wish, ...part, pages: 1 })} />
        <ChosenActs count={selected.length} onMark={() => mark(selected)} onFile={file} />
      </div>
      {failure !== null && <Trouble error={failure} onRetry={() => void load()} />}
      {cases === null && failure === null && <p className="soft">{say(shell.loading)}</p>}
      {cases && lines.length === 0 && <p className="soft">{say(inbox.empty)}</p>}
      {lines.length > 0 && (
        <>
          <label>
            <input
              type="checkbox"
              checked={selected.length === lines.length}
              onChange={(event) => setChosen(new Set(event.target.checked ? lines.map(keyOf) : []))}
            />{' '}
            {say(inbox.all, { count: lines.length })}
          </label>
          <InboxLines lines={lines} chosen={chosen} onToggle={toggle} />
        </>
      )}
      {cases?.next && (
        <button type="button" className="button" onClick={() => setWish({ ...wish, pages: wish.pages + 1 })}>
          {say(inbox.more)}
        </button>
      )}
      <p className="soft small">{say(inbox.keys)}</p>
    </>
  )
}

function Filters({ wish, onChange }: { wish: Wish; onChange(part: Partial<Wish>): void }) {
  const say = useSay()
  return (
    <>
      <div className="field">
        <label htmlFor="name">{say(inbox.search)}</label>
        <input id="name" className="input" type="search" value={wish.text} maxLength={100} onChange={(event) => onChange({ text: event.target.value })} />
      </div>
      <EmployerChoice pib={wish.pib} onChoose={(pib) => onChange({ pib })} />
      <div className="field">
        <label htmlFor="leave-state">{say(inbox.state)}</label>
        <select id="leave-state" className="input" value={wish.state} onChange={(event) => onChange({ state: event.target.value as Wish['state'] })}>
          <option value="">{say(inbox.allStates)}</option>
          {(['open', 'closed', 'cancelled'] as const).map((state) => (
            <option key={state} value={state}>
              {say(leaveStates[state])}
            </option>
          ))}
        </select>
      </div>
      <label>
        <input type="checkbox" checked={wish.unread} onChange={(event) => onChange({ unread: event.target.checked })} /> {say(inbox.onlyNew)}
      </label>
    </>
  )
}

/** The acts on the chosen lines; without a chosen line a press does nothing. */
function ChosenActs({ count, onMark, onFile }: { count: number; onMark(): void; onFile(format: 'xml' | 'csv'): void }) {
  const say = useSay()
  const button = (text: string, act: () => void, isMain = false) => (
    <button type="button" className={isMain ? 'button main' : 'button'} aria-disabled={count === 0} onClick={() => count > 0 && act()}>
      {text}
    </button>
  )
  return (
    <>
      {button(say(inbox.mark), onMark, true)}
      {button(`${say(inbox.xml)} (${count})`, () => onFile('xml'))}
      {button(`${say(inbox.csv)} (${count})`, () => onFile('csv'))}
    </>
  )
}
