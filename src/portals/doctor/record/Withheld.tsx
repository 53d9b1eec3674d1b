import { useState } from 'react'
import type { Overview } from '../../../record/wire.ts'
import { Icon } from '../../shared/Icon.tsx'
import { useSay } from '../../shared/language.tsx'
import { withheldWords } from './withheld.ts'
import { states } from './words.ts'

/** The kinds of data that the reader's role or basis never shows. They depend on the reader only and tell nothing about the patient. */
export function Withheld({ withheld }: { withheld: NonNullable<Overview['withheld']> }) {
  const say = useSay()
  const [isShown, setShown] = useState(false)
  const words = withheldWords(withheld).map((word) => say(word))
  return (
    <div className="notice seal withheld">
      <Icon name="lock" />
      <p>
        {say(states.withheld, { kinds: words.join(', ') || say(states.beyond) })}{' '}
        <button type="button" className="link-button" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
          {say(states.why)}
        </button>
        {isShown && <span className="reason"> {say(withheld.reason === 'role' ? states.whyRole : states.whyRelation)}</span>}
      </p>
    </div>
  )
}

/** Stands in place of a section that the reader may never see. */
export function WithheldHere() {
  const say = useSay()
  return (
    <p className="status seal">
      <Icon name="lock" />
      {say(states.section)}
    </p>
  )
}
