import { useState } from 'react'
import type { MandateFile, Mandates } from '../../../sickleave/employer/wire.ts'
import { post, remove } from '../../shared/api.ts'
import { Arrived } from '../../shared/Arrived.tsx'
import { FileInput } from '../../shared/FileInput.tsx'
import { LinesTable } from '../../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { useLive } from '../../shared/use-live.ts'
import { firm, roles } from '../firm-words.ts'
import { End } from './End.tsx'
import { type Part, roleOptions } from './part.ts'

export function MandatesPart(part: Part) {
  const { at, ask, act } = part
  const say = useSay()
  const live = useLive<Mandates>(`${at}/mandates`, null)
  const [result, setResult] = useState<MandateFile | null>(null)
  const load = async (file: File | undefined) => {
    if (file) await act(async () => setResult(await post<MandateFile>(`${at}/mandate-file`, { content: await file.text() })))
  }
  const fields = [
    { name: 'agency', label: firm.agency },
    { name: 'role', label: firm.role, options: roleOptions(['viewer', 'operator', 'signer']) },
    { name: 'number', label: firm.number },
  ]
  return (
    <section aria-labelledby="mandates">
      <h2 id="mandates">{say(firm.mandates)}</h2>
      <div className="tools">
        <button type="button" className="button" onClick={() => ask({ title: firm.giveMandate, to: 'mandates', fields })}>
          {say(firm.giveMandate)}
        </button>
        <div className="field">
          <label htmlFor="mandate-file">{say(firm.file)}</label>
          <span className="hint" id="mandate-file-hint">
            {say(firm.fileHint)}
          </span>
          <FileInput id="mandate-file" accept=".csv,text/csv" describedBy="mandate-file-hint" isSentAtOnce onChoose={(file) => void load(file)} />
        </div>
      </div>
      {result && <FileResult result={result} />}
      <Arrived live={live}>
        {({ held, given }) =>
          held.length + given.length === 0 ? (
            <p className="soft">{say(firm.noMandates)}</p>
          ) : (
            <LinesTable labelledBy="mandates" words={[firm.name, firm.role, firm.number, firm.actions]}>
              {given.map((one) => (
                <Mandate key={one.id} one={one} other={one.agencyName} isGiven {...part} />
              ))}
              {held.map((one) => (
                <Mandate key={one.id} one={one} other={one.name} {...part} />
              ))}
            </LinesTable>
          )
        }
      </Arrived>
    </section>
  )
}

type MandateOf = Part & { one: Mandates['held'][number]; other: string; isGiven?: boolean }

/** A mandate and its other party. An agency may ask for a mandate in a file; the client firm gives it by confirming it here. */
function Mandate({ one, other, isGiven = false, at, act }: MandateOf) {
  const say = useSay()
  const data = useData()
  const url = `${at}/mandates/${one.id}`
  return (
    <tr>
      <th scope="row">{data(other)}</th>
      <td>{say(roles[one.role])}</td>
      <td>{data(one.number)}</td>
      <td>
        {one.confirmedAt === null && !isGiven && <span className="soft">{say(firm.waits)} </span>}
        {one.confirmedAt === null && isGiven && (
          <button type="button" className="button" onClick={() => void act(() => post(`${url}/confirmation`, {}))}>
            {say(firm.accept)}
          </button>
        )}{' '}
        <End name={data(other)} onEnd={() => void act(() => remove(url))} />
      </td>
    </tr>
  )
}

function FileResult({ result }: { result: MandateFile }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <div role="status">
      <p>{result.isStored ? say(firm.stored, { active: result.active, waiting: result.waiting, known: result.known }) : say(firm.notStored)}</p>
      <ul>
        {result.errors.map((one) => (
          <li key={`${one.line} ${one.field}`}>{say(firm.line, { line: one.line, what: language === 'en' ? one.en : one.sr })}</li>
        ))}
      </ul>
    </div>
  )
}
