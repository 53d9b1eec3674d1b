import { useCallback, useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import type { CaseLine, Cases, Employers, Latest } from '../../sickleave/employer/wire.ts'
import { download, get, post } from '../shared/api.ts'
import { formatDate, formatMoment } from '../shared/format.ts'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { shell } from '../shared/words.ts'
import { useRowKeys } from './use-row-keys.ts'
import { inbox, kinds, leaveStates, portal } from './words.ts'

/** Whether something came is asked often and says nothing of anybody; the lines are only read when it did. */
const everyMs = 1000
const troubledMs = 15_000
const typingMs = 250
type Wish = { text: string; pib: string; state: '' | CaseLine['state']; unread: boolean; pages: number }
const pageLines = 100
/** Null: it could not be asked; then the lines are read themselves, less often. */
const latestNumber = (): Promise<number | null> =>
  get<Latest>('/sickleave/employer/latest').then(
    ({ latest }) => latest,
    () => null,
  )
const keyOf = ({ pib, leave }: CaseLine) => `${pib} ${leave}`

export function InboxPage() {
  const say = useSay()
  const [wish, setWish] = useState<Wish>({ text: '', pib: '', state: '', unread: false, pages: 1 })
  const [cases, setCases] = useState<Cases | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  useTitle(portal.inbox)
  const underWay = useRef<AbortController | null>(null)
  const load = useCallback(async () => {
    // What was asked before is not shown any more, however late its answer comes.
    underWay.current?.abort()
    const mine = new AbortController()
    underWay.current = mine
    try {
      const answer = await casesOf(wish, mine.signal)
      if (mine.signal.aborted) return
      setCases(answer)
      setFailure(null)
    } catch (error) {
      if (!mine.signal.aborted) setFailure(error)
    }
  }, [wish])
  useEffect(() => {
    let latest: number | null = null
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    // The number first, then the lines: what comes between the two is read once more, not missed.
    const watch = async () => {
      const now = document.hidden ? latest : await latestNumber()
      if (!isOver && (now === null || now !== latest)) await load()
      latest = now
      if (!isOver) timer = setTimeout(() => void watch(), now === null ? troubledMs : everyMs)
    }
    // A word is asked for when it is typed, not letter by letter.
    timer = setTimeout(() => void watch(), wish.text === '' ? 0 : typingMs)
    return () => {
      isOver = true
      clearTimeout(timer)
      underWay.current?.abort()
    }
  }, [load, wish.text])
  const lines = cases?.cases ?? []
  const selected = lines.filter((line) => chosen.has(keyOf(line)))
  const toggle = (line: CaseLine) =>
    setChosen((before) => new Set([...before].filter((one) => one !== keyOf(line)).concat(before.has(keyOf(line)) ? [] : keyOf(line))))
  const act = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      setFailure(error)
    }
  }
  const mark = (wanted: readonly CaseLine[]) =>
    act(async () => {
      // Each employer's own request: what one refuses leaves the others as they are.
      for (const [pib, of] of Map.groupBy(wanted, (line) => line.pib)) {
        await post(`/sickleave/employer/${pib}/marks`, { leaves: of.map(({ leave, seq }) => ({ leave, seq })), done: true })
      }
      setChosen(new Set())
      await load()
    })
  const file = (format: 'xml' | 'csv') => act(() => download('/sickleave/employer/documents', { format, leaves: selected.map(({ leave }) => leave) }))
  useRowKeys(lines, { toggle, done: (line) => void mark(selected.length > 0 ? selected : [line]) })
  return (
    <>
      <h1 id="inbox">
        {say(portal.inbox)} {cases && cases.unread > 0 && <span className="soft">· {say(inbox.unread, { count: cases.unread })}</span>}
      </h1>
      <p className="soft">{say(inbox.lead)}</p>
      <div className="tools">
        <div className="field">
          <label htmlFor="name">{say(inbox.search)}</label>
          <input
            id="name"
            className="input"
            type="search"
            value={wish.text}
            maxLength={100}
            onChange={(event) => setWish({ ...wish, text: event.target.value, pages: 1 })}
          />
        </div>
        <Filters wish={wish} onChange={setWish} />
        <label>
          <input type="checkbox" checked={wish.unread} onChange={(event) => setWish({ ...wish, unread: event.target.checked, pages: 1 })} />{' '}
          {say(inbox.onlyNew)}
        </label>
        <button type="button" className="button main" aria-disabled={selected.length === 0} onClick={() => void (selected.length > 0 && mark(selected))}>
          {say(inbox.mark)}
        </button>
        <button type="button" className="button" aria-disabled={selected.length === 0} onClick={() => void (selected.length > 0 && file('xml'))}>
          {say(inbox.xml)} ({selected.length})
        </button>
        <button type="button" className="button" aria-disabled={selected.length === 0} onClick={() => void (selected.length > 0 && file('csv'))}>
          {say(inbox.csv)} ({selected.length})
        </button>
      </div>
      {failure !== null && <Trouble error={failure} onRetry={() => void load()} />}
      {cases === null && failure === null && <p className="soft">{say(shell.loading)}</p>}
      {cases && lines.length === 0 && <p className="soft">{say(inbox.empty)}</p>}
      {lines.length > 0 && (
        <label>
          <input
            type="checkbox"
            checked={selected.length === lines.length}
            onChange={(event) => setChosen(new Set(event.target.checked ? lines.map(keyOf) : []))}
          />{' '}
          {say(inbox.all, { count: lines.length })}
        </label>
      )}
      {lines.length > 0 && <Lines lines={lines} chosen={chosen} onToggle={toggle} />}
      {cases?.next && (
        <button type="button" className="button" onClick={() => setWish({ ...wish, pages: wish.pages + 1 })}>
          {say(inbox.more)}
        </button>
      )}
      <p className="soft small">{say(inbox.keys)}</p>
    </>
  )
}

/** As many pages as were asked for, one after the other; each goes on where the one before ended. */
async function casesOf({ text, pib, state, unread, pages }: Wish, signal: AbortSignal): Promise<Cases> {
  const body = { ...(text.trim() ? { text: text.trim() } : {}), ...(pib ? { pib } : {}), ...(state ? { state } : {}), unread, limit: pageLines }
  let whole = await post<Cases>('/sickleave/employer/search', body, signal)
  for (let page = 1; page < pages && whole.next; page++) {
    const more = await post<Cases>('/sickleave/employer/search', { ...body, after: whole.next }, signal)
    whole = { ...more, cases: [...whole.cases, ...more.cases] }
  }
  return whole
}

/** Whose leaves: somebody with one employer has nothing to choose. */
function Filters({ wish, onChange }: { wish: Wish; onChange(wish: Wish): void }) {
  const say = useSay()
  const data = useData()
  const live = useLive<Employers>('/sickleave/employer', null)
  const employers = live.data?.employers ?? []
  return (
    <>
      {employers.length > 1 && (
        <div className="field">
          <label htmlFor="of">{say(portal.choose)}</label>
          <select id="of" className="input" value={wish.pib} onChange={(event) => onChange({ ...wish, pib: event.target.value, pages: 1 })}>
            <option value="">{say(inbox.allEmployers, { count: employers.length })}</option>
            {employers.map(({ pib, name }) => (
              <option key={pib} value={pib}>
                {data(name)}
              </option>
            ))}
          </select>
        </div>
      )}
      <div className="field">
        <label htmlFor="leave-state">{say(inbox.state)}</label>
        <select
          id="leave-state"
          className="input"
          value={wish.state}
          onChange={(event) => onChange({ ...wish, state: event.target.value as Wish['state'], pages: 1 })}
        >
          <option value="">{say(inbox.allStates)}</option>
          {(['open', 'closed', 'cancelled'] as const).map((state) => (
            <option key={state} value={state}>
              {say(leaveStates[state])}
            </option>
          ))}
        </select>
      </div>
    </>
  )
}

function Lines({ lines, chosen, onToggle }: { lines: readonly CaseLine[]; chosen: ReadonlySet<string>; onToggle(line: CaseLine): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  // Of one employer only, its name in each row would say nothing.
  const isOfSeveral = new Set(lines.map(({ pib }) => pib)).size > 1
  const words = [inbox.employee, inbox.when, inbox.what, inbox.period, ...(isOfSeveral ? [inbox.employer] : []), inbox.done]
  return (
    <LinesTable labelledBy="inbox" words={words}>
      {lines.map((line) => {
        const name = data(`${line.employee.family} ${line.employee.given}`)
        const isChosen = chosen.has(keyOf(line))
        return (
          <tr key={keyOf(line)} className={[line.isUnread ? 'unread' : '', isChosen ? 'chosen' : ''].join(' ').trim() || undefined}>
            <th scope="row">
              <input type="checkbox" checked={isChosen} aria-label={say(inbox.select, { name })} onChange={() => onToggle(line)} />{' '}
              <Link to={`/leaves/${line.pib}/${line.leave}`} data-row="">
                {name}
              </Link>
              {line.isUnread && <span className="only-read"> {say(inbox.isNew)}</span>}
            </th>
            <td className="num">{formatMoment(language, line.at)}</td>
            <td>{say(kinds[line.kind as keyof typeof kinds] ?? kinds.other)}</td>
            <td className="num">
              {formatDate(language, line.from)} – {formatDate(language, line.until)}
            </td>
            {isOfSeveral && <td>{data(line.name)}</td>}
            <td>{line.doneBy === null ? '–' : data(line.doneBy)}</td>
          </tr>
        )
      })}
    </LinesTable>
  )
}
