import { useLayoutEffect, useRef } from 'react'
import { Link, useOutletContext } from 'react-router'
import type { Overview } from '../../../record/wire.ts'
import { ageAt, formatDate, formatEnd } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { Keep } from '../../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { useDoctorCategory } from '../../shared/use-doctor-category.ts'
import { bases, sexes } from '../../shared/words.ts'
import type { DoctorOutlet } from '../DoctorShell.tsx'
import { AllergyState } from './AllergyState.tsx'
import { banner, labs, rest, summary, timeline } from './words.ts'

/** Names the person of the record wherever the page is scrolled. The first row stays; the second scrolls away under it, so nothing jumps. */
export function PatientBanner({ overview }: { overview: Overview }) {
  const say = useSay()
  const data = useData()
  const row = useRef<HTMLElement>(null)
  const { me } = useOutletContext<DoctorOutlet>()
  useBannerHeight(row)
  const { person } = overview
  return (
    <>
      <section className="banner" aria-label={say(banner.label)} ref={row}>
        <div className="banner-row">
          <h1 id="patient-name" tabIndex={-1}>
            <strong>{data(person.family)}</strong> {data(person.given)}
          </h1>
          <Birth person={person} at={overview.at} />
          <span className="fact sex">
            <span className="faint">{say(banner.sex)}</span> {say(sexes[person.sex])}
          </span>
          <Number overview={overview} />
          <AllergyState overview={overview} />
        </div>
      </section>
      <Circumstances overview={overview} />
      <nav className="parts" aria-label={say(banner.sections)}>
        <a href="#summary">{say(summary.title)}</a>
        <a href="#timeline">
          {say(timeline.title)} <kbd>T</kbd>
        </a>
        <a href="#labs">
          {say(labs.title)} <kbd>L</kbd>
        </a>
        <a href="#immunizations">{say(rest.immunizations)}</a>
        <a href="#sources">{say(rest.sources)}</a>
        {me.roles.includes('doctor') && <Link to={`/people/${encodeURIComponent(overview.person.id)}/leave`}>{say(rest.leave)}</Link>}
      </nav>
    </>
  )
}

type Born = { sex: Overview['person']['sex']; birthDate: string | null; deceasedAt?: string | null }

export function Birth({ person, at }: { person: Born; at: string }) {
  const say = useSay()
  const language = useLanguage()
  if (!person.birthDate) return <span className="fact unrecorded">{say(banner.noBirth)}</span>
  const word = person.sex === 'male' ? banner.bornMale : person.sex === 'female' ? banner.bornFemale : banner.born
  const age = ageAt(person.birthDate, person.deceasedAt ?? at)
  return (
    <span className="fact">
      <span className="faint">{say(word)}</span> <span className="num keep">{formatDate(language, person.birthDate)}</span>
      {age !== null && <span className="keep"> ({say(banner.years, { count: age })})</span>}
      {person.deceasedAt && <strong className="deceased"> {say(banner.deceased, { date: formatDate(language, person.deceasedAt) })}</strong>}
    </span>
  )
}

function Number({ overview: { person } }: { overview: Overview }) {
  const say = useSay()
  if (person.lzb) return <NumberFact label={say(banner.lzb)} number={person.lzb} />
  return person.temporaryNumber ? <NumberFact label={say(banner.temporary)} number={person.temporaryNumber} /> : null
}

export function NumberFact({ label, number }: { label: string; number: string }) {
  return (
    <span className="fact">
      <span className="faint">{label}</span>{' '}
      <span className="num">
        <Keep>{number}</Keep>
      </span>
    </span>
  )
}

function Circumstances({ overview: { person, basis, at } }: { overview: Overview }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const categoryOf = useDoctorCategory()
  const kind = bases[basis.kind as keyof typeof bases]
  const word = kind ? say(kind) : basis.kind
  const until = basis.until && formatEnd(language, basis.until, at)
  const doctor = person.chosenDoctors[0]
  return (
    <p className="circumstances">
      {person.state === 'pending' && (
        <span className="status warn">
          <Icon name="unknown" />
          {say(banner.pending)}
        </span>
      )}
      <span>{until ? say(banner.basisUntil, { basis: word, until }) : say(banner.basis, { basis: word })}</span>
      {person.insurance && <span>{insurance(person.insurance)}</span>}
      {doctor && (
        <span>
          {data(doctor.name)}, {categoryOf(doctor.category)}
        </span>
      )}
      {person.place && <span>{data(person.place)}</span>}
      {person.phone && <span className="num">{person.phone}</span>}
    </p>
  )

  function insurance({ active, until: end }: { active: boolean; until: string | null }): string {
    if (!active) return say(banner.uninsured)
    return end ? say(banner.insured, { date: formatDate(language, end) }) : say(banner.insuredOpen)
  }
}

/** Tells the style sheet the height of the fixed row, so that the row never covers the focus or an anchor (WCAG 2.4.11). */
export function useBannerHeight(row: { current: HTMLElement | null }): void {
  useLayoutEffect(() => {
    const element = row.current
    if (!element) return
    const root = document.documentElement
    const watch = new ResizeObserver(([entry]) => {
      const height = getComputedStyle(element).position === 'sticky' ? (entry?.borderBoxSize[0]?.blockSize ?? 0) : 0
      root.style.setProperty('--banner-h', `${Math.round(height)}px`)
    })
    watch.observe(element)
    return () => {
      watch.disconnect()
      root.style.removeProperty('--banner-h')
    }
  }, [row])
}
