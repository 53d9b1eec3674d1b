import type { Employers } from '../../sickleave/employer/wire.ts'
import { useData, useSay } from '../shared/language.tsx'
import { useLive } from '../shared/use-live.ts'
import { inbox, portal } from './words.ts'

/** Chooses whose lines are shown: those of all employers or of one. A reader with one employer gets no choice. */
export function EmployerChoice({ pib, onChoose }: { pib: string; onChoose(pib: string): void }) {
  const say = useSay()
  const data = useData()
  const live = useLive<Employers>('/sickleave/employer', null)
  const employers = live.data?.employers ?? []
  if (employers.length < 2) return null
  return (
    <div className="field">
      <label htmlFor="of">{say(portal.choose)}</label>
      <select id="of" className="input" value={pib} onChange={(event) => onChoose(event.target.value)}>
        <option value="">{say(inbox.allEmployers, { count: employers.length })}</option>
        {employers.map((one) => (
          <option key={one.pib} value={one.pib}>
            {data(one.name)}
          </option>
        ))}
      </select>
    </div>
  )
}
