import { useState } from 'react'
import type { Overview } from '../../../record/wire.ts'
import { Icon } from '../../shared/Icon.tsx'
import { useSay } from '../../shared/language.tsx'
import { withheldWords } from './withheld.ts'
import { states } from './words.ts'

/** What the reader's role or basis never shows. It depends on the reader only, so it tells nothing about the patient. */
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

/** In the place of a section whose contents the reader never sees. */
export function WithheldHere() {
  const say = useSay()
  return (
    <p className="status seal">
      <Icon name="lock" />
      {say(states.section)}
    </p>
  )
}
