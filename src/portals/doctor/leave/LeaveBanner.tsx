import { useRef } from 'react'
import type { Leaves, LeavesPerson } from '../../../sickleave/wire.ts'
import { useData, useSay } from '../../shared/language.tsx'
import { sexes } from '../../shared/words.ts'
import { Birth, NumberFact, useBannerHeight } from '../record/PatientBanner.tsx'
import { banner } from '../record/words.ts'

/** Names the person whose leave is signed, as on the record. The banner stays on the screen down to the last button. */
export function LeaveBanner({ of: { today, birthDate }, person }: { of: Leaves; person: LeavesPerson }) {
  const say = useSay()
  const data = useData()
  const row = useRef<HTMLElement>(null)
  useBannerHeight(row)
  return (
    <section className="banner" aria-label={say(banner.label)} ref={row}>
      <div className="banner-row">
        <p className="banner-name">
          <strong>{data(person.family)}</strong> {data(person.given)}
        </p>
        <Birth person={{ sex: person.sex, birthDate }} at={today} />
        <span className="fact sex">
          <span className="faint">{say(banner.sex)}</span> {say(sexes[person.sex])}
        </span>
        {person.lzb !== null && <NumberFact label={say(banner.lzb)} number={person.lzb} />}
      </div>
    </section>
  )
}
