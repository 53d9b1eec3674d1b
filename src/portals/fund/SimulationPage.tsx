import { useState } from 'react'
import type { Simulation, Simulations } from '../../sickleave/fund/wire.ts'
import type { SimulationView } from '../../sickleave/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate } from '../shared/format.ts'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import type { Language } from '../shared/languages.ts'
import { reasonWords } from '../shared/leave-words.ts'
import type { Message } from '../shared/message.ts'
import { formatDinars } from '../shared/money.ts'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { parameterWord, typedValue, writtenValue } from './parameter-words.ts'
import { file, simulation as words } from './words.ts'

const everyMs = 2000

/** Shows what a changed number of the law would cost, before anybody enters it. */
export function SimulationPage() {
  const say = useSay()
  const live = useLive<Simulations>('/sickleave/fund/simulations', everyMs)
  const language = useLanguage()
  const [asked, setAsked] = useState<Asked | null>(null)
  useTitle(words.title)
  return (
    <>
      <h1>{say(words.title)}</h1>
      <Arrived live={live}>
        {(data) => (
          <>
            <p className="soft">{say(words.lead, { k: data.parameters.find(({ name }) => name === 'statistics.k')?.value ?? 0 })}</p>
            <p className="buttons">
              <button type="button" className="button main" onClick={() => setAsked(newTrial(data, say(words.ask), language))}>
                {say(words.ask)}
              </button>
            </p>
            {data.simulations.length === 0 && <p>{say(words.none)}</p>}
            {data.simulations.map((one) => (
              <Trial key={one.id} trial={one} />
            ))}
            <Now parameters={data.parameters} />
          </>
        )}
      </Arrived>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={live.reload} />}
    </>
  )
}

const newTrial = ({ today, parameters }: Simulations, title: string, language: Language): Asked => ({
  title,
  lead: words.enter,
  confirm: words.start,
  fields: [
    {
      name: 'name',
      label: words.parameter,
      options: parameters.map(({ name, value }) => ({ value: name, label: optionOf(name, writtenValue(language, name, value)) })),
    },
    { name: 'value', label: words.value, hint: words.valueHint },
    { name: 'from', label: words.from, isDay: true },
    { name: 'year', label: words.year },
  ],
  first: { from: `${today.slice(0, 4)}-01-01`, year: today.slice(0, 4) },
  to: '/sickleave/fund/simulations',
  more: {},
  body: ({ value = '', year, ...rest }) => ({ ...rest, value: typedValue(rest['name'] ?? '', value), year: Number(year) }),
})

const optionOf = (name: string, value: string): Message => {
  const { sr, en } = parameterWord(name)
  return { sr: `${sr as string} (${value})`, en: `${en as string} (${value})` }
}

function Trial({ trial }: { trial: Simulation }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const { id, name, value, from, year, by, people, peopleAll, view } = trial
  const title = `trial-${id}`
  return (
    <div>
      <h2 id={title}>
        {say(words.of, { name: say(parameterWord(name)), value: writtenValue(language, name, value), from: formatDate(language, from), year: String(year) })}{' '}
        <span className="soft">{data(by)}</span>
      </h2>
      {view !== null ? (
        <Sums view={view} titleId={title} />
      ) : peopleAll === null ? (
        <p role="status">{say(words.waits)}</p>
      ) : (
        <p role="status">
          <progress aria-label={say(words.progress)} max={Math.max(1, peopleAll)} value={people} />{' '}
          <span className="num">{say(words.running, { people, all: peopleAll })}</span>
        </p>
      )}
    </div>
  )
}

function Sums({ view, titleId }: { view: SimulationView; titleId: string }) {
  const say = useSay()
  const language = useLanguage()
  if (view.rows.length === 0) return <p className="soft">{say(words.few)}</p>
  const counts = [words.cases, words.changed, words.refused]
  const sums = [words.employer, words.insurance, words.budget, words.total]
  return (
    <LinesTable labelledBy={titleId} words={[words.reasons]} figures={[...counts, ...sums]}>
      {view.rows.map(({ reasons, cases, changed, refused, difference }) => (
        <tr key={reasons.join()}>
          <th scope="row">{reasons.map((one) => say(reasonWords[one as keyof typeof reasonWords])).join(', ')}</th>
          {[cases, changed, refused].map((figure, at) => (
            <td className="number" key={at}>
              {figure}
            </td>
          ))}
          {[difference.employer, difference.insurance, difference.budget, difference.total].map((text, at) => (
            <td className="number" key={at}>
              {text.startsWith('-') ? `−${formatDinars(language, text.slice(1))}` : formatDinars(language, text)}
            </td>
          ))}
        </tr>
      ))}
    </LinesTable>
  )
}

function Now({ parameters }: { parameters: Simulations['parameters'] }) {
  const say = useSay()
  const language = useLanguage()
  const data = useData()
  return (
    <details>
      <summary>{say(words.now)}</summary>
      <LinesTable label={say(words.now)} words={[words.parameter, words.paragraph]} figures={[words.current]}>
        {parameters.map(({ name, value, paragraph, isUnverified }) => (
          <tr key={name}>
            <th scope="row">{say(parameterWord(name))}</th>
            <td>
              {data(paragraph)} {isUnverified && <span className="status warn">{say(file.unverified)}</span>}
            </td>
            <td className="number">{writtenValue(language, name, value)}</td>
          </tr>
        ))}
      </LinesTable>
    </details>
  )
}
