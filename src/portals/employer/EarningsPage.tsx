import { type FormEvent, useState } from 'react'
import type { EarningsOutcome } from '../../sickleave/wire.ts'
import { Failure, submit } from '../shared/api.ts'
import { FileInput } from '../shared/FileInput.tsx'
import { useLanguage, useSay } from '../shared/language.tsx'
import { keyIn } from '../shared/languages.ts'
import { Trouble } from '../shared/Trouble.tsx'
import { useTitle } from '../shared/use-title.ts'
import { mended, rowsOf, textOf, withoutEnd } from './earnings-file.ts'
import { ForEmployer } from './ForEmployer.tsx'
import { earnings as words } from './words.ts'

type Loaded = { name: string; type: 'text/csv' | 'application/xml'; rows: string[] }
const shownMax = 100

export function EarningsPage() {
  const say = useSay()
  useTitle(words.title)
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p className="soft">{say(words.lead)}</p>
      <ForEmployer>{({ pib }) => <EarningsFile key={pib} pib={pib} />}</ForEmployer>
    </>
  )
}

const isOutcome = (details: unknown): details is EarningsOutcome => Array.isArray((details as EarningsOutcome | null)?.errors)

/** A chosen file is only checked. It is stored when the reader says so, whole or without its wrong rows, which can be corrected here. */
function EarningsFile({ pib }: { pib: string }) {
  const say = useSay()
  const { loaded, changes, setChanges, outcome, failure, isBusy, send, choose } = useEarningsFile(pib)
  const again = (event: FormEvent) => {
    event.preventDefault()
    if (loaded) void send(loaded, changes, 'check=true')
  }
  return (
    <form onSubmit={again}>
      <div className="field">
        <label htmlFor="earnings-file">{say(words.file)}</label>
        <span className="hint" id="earnings-file-hint">
          {say(words.fileHint)}
        </span>
        <FileInput id="earnings-file" accept=".csv,.txt,.xml" describedBy="earnings-file-hint" onChoose={(file) => void choose(file)} />
      </div>
      <p>
        <a className="button quiet" href="/sickleave/schemas/earnings.xsd">
          {say(words.schema)}
        </a>
      </p>
      {failure !== null && <Trouble error={failure} takesFocus />}
      {outcome && loaded && (
        <section aria-labelledby="outcome">
          <h2 id="outcome">{loaded.name}</h2>
          <Verdict outcome={outcome} />
          {!outcome.isStored && <Mistakes loaded={loaded} outcome={outcome} changes={changes} onChange={setChanges} />}
          <NextSteps outcome={outcome} isChanged={changes.size > 0} isBusy={isBusy} onStore={(mode) => void send(loaded, changes, `mode=${mode}`)} />
        </section>
      )}
    </form>
  )
}

function useEarningsFile(pib: string) {
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [changes, setChanges] = useState<ReadonlyMap<number, string>>(new Map())
  const [outcome, setOutcome] = useState<EarningsOutcome | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)

  const send = async (file: Loaded, given: ReadonlyMap<number, string>, query: string) => {
    if (isBusy) return
    setBusy(true)
    setFailure(null)
    const rows = rowsOf(mended(file.rows, given), file.type === 'text/csv')
    try {
      const body = new Blob([rows.join('')])
      setOutcome(await submit<EarningsOutcome>('POST', `/sickleave/employer/${pib}/earnings?${query}`, body, { type: file.type }))
      setLoaded({ ...file, rows })
      setChanges(new Map())
    } catch (error) {
      if (error instanceof Failure && isOutcome(error.details)) setOutcome(error.details)
      else setFailure(error)
    } finally {
      setBusy(false)
    }
  }
  const choose = async (file: File | undefined) => {
    if (!file) return
    const isXml = /\.xml$/i.test(file.name)
    const text = textOf(new Uint8Array(await file.arrayBuffer()))
    const next: Loaded = { name: file.name, type: isXml ? 'application/xml' : 'text/csv', rows: rowsOf(text, !isXml) }
    setLoaded(next)
    setOutcome(null)
    setChanges(new Map())
    await send(next, new Map(), 'check=true')
  }
  return { loaded, changes, setChanges, outcome, failure, isBusy, send, choose }
}

function Verdict({ outcome }: { outcome: EarningsOutcome }) {
  const say = useSay()
  return (
    <p role="status">
      {outcome.isStored
        ? say(words.stored, { stored: outcome.stored, unchanged: outcome.unchanged })
        : outcome.errorCount === 0
          ? say(words.fine, { rows: outcome.rows, people: outcome.people })
          : say(words.wrong, { count: outcome.errorCount, rows: outcome.rows })}
    </p>
  )
}

type NextStepsOf = { outcome: EarningsOutcome; isChanged: boolean; isBusy: boolean; onStore(mode: 'all' | 'good'): void }

/** A file with mistakes is checked again, or stored without the wrong rows if all of them are shown. A changed file is checked first. */
function NextSteps({ outcome, isChanged, isBusy, onStore }: NextStepsOf) {
  const say = useSay()
  if (outcome.isStored) return null
  const good = outcome.rows - new Set(outcome.errors.map(({ row }) => row)).size
  return (
    <div className="buttons">
      {outcome.errorCount > 0 && (
        <button type="submit" className="button" aria-disabled={isBusy}>
          {say(words.check)}
        </button>
      )}
      {!isChanged && outcome.errorCount === 0 && (
        <button type="button" className="button main" aria-disabled={isBusy} onClick={() => onStore('all')}>
          {say(words.store)}
        </button>
      )}
      {!isChanged && outcome.errorCount > 0 && good > 0 && outcome.errorCount === outcome.errors.length && (
        <button type="button" className="button" aria-disabled={isBusy} onClick={() => onStore('good')}>
          {say(words.storeGood, { count: good })}
        </button>
      )}
    </div>
  )
}

type MistakesOf = { loaded: Loaded; outcome: EarningsOutcome; changes: ReadonlyMap<number, string>; onChange(changes: ReadonlyMap<number, string>): void }

/** Each wrong row with its mistake, the remedy, and the row itself for correction. */
function Mistakes({ loaded, outcome, changes, onChange }: MistakesOf) {
  const say = useSay()
  const language = useLanguage()
  const byRow = [...Map.groupBy(outcome.errors, ({ row }) => row)]
  return (
    <>
      <ul className="mistakes">
        {byRow.slice(0, shownMax).map(([row, errors]) => (
          <li key={row} className="field">
            <label htmlFor={`row-${row}`}>{say(words.row, { row })}</label>
            <ul id={`row-${row}-wrong`}>
              {errors.map((error) => (
                <li key={`${error.column} ${error.wrong.en}`} className="error">
                  {error.column && <strong translate="no">{error.column}:&nbsp;</strong>}
                  {error.wrong[keyIn[language]]}; {error.right[keyIn[language]]}.
                </li>
              ))}
            </ul>
            <input
              id={`row-${row}`}
              className="input num"
              spellCheck={false}
              translate="no"
              aria-describedby={`row-${row}-wrong`}
              value={changes.get(row) ?? withoutEnd(loaded.rows[row - 1] ?? '')}
              onChange={(event) => onChange(new Map(changes).set(row, event.target.value))}
            />
          </li>
        ))}
      </ul>
      {byRow.length > shownMax && <p className="soft">{say(words.moreRows, { count: byRow.length - shownMax })}</p>}
    </>
  )
}
