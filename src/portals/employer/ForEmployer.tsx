import type { ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import type { Employers } from '../../sickleave/employer/wire.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { useData, useSay } from '../shared/language.tsx'
import { useLive } from '../shared/use-live.ts'
import { inbox, portal } from './words.ts'

export type OneEmployer = Employers['employers'][number]

const everybody = 'all'

/**
 * The employer of a page is named in its address and its heading, so that nobody mistakes one employer for another. A page with a list over all
 * employers offers that list as a choice, too.
 */
export function ForEmployer({ children, ofAll }: { children(employer: OneEmployer): ReactNode; ofAll?: ReactNode }) {
  const say = useSay()
  const data = useData()
  const [search, setSearch] = useSearchParams()
  const live = useLive<Employers>('/sickleave/employer', null)
  return (
    <Arrived live={live}>
      {({ employers }) => {
        // A reader who works for an agency begins with the agency itself, not with the client whose name comes first.
        const chosen = employers.find(({ pib }) => pib === search.get('pib')) ?? employers.find(({ agency }) => agency === null) ?? employers[0]
        if (!chosen) return <p className="soft">{say(portal.none)}</p>
        const offersAll = ofAll !== undefined && employers.length > 1
        // A page with a list over all employers begins with it: an agency's own lists are empty and tell nothing about its clients.
        const isAll = offersAll && (search.get('pib') ?? everybody) === everybody
        return (
          <>
            <div className="field">
              <label htmlFor="employer">{say(portal.choose)}</label>
              <select id="employer" className="input" value={isAll ? everybody : chosen.pib} onChange={(event) => setSearch({ pib: event.target.value })}>
                {offersAll && <option value={everybody}>{say(inbox.allEmployers, { count: employers.length })}</option>}
                {employers.map(({ pib, name, agency }) => (
                  <option key={pib} value={pib}>
                    {data(name)} {agency === null ? '' : `(${say(portal.through, { agency: data(agency) })})`}
                  </option>
                ))}
              </select>
            </div>
            {isAll ? ofAll : children(chosen)}
          </>
        )
      }}
    </Arrived>
  )
}
