import { useState } from 'react'
import type { Overview } from '../../../record/wire.ts'
import { Icon } from '../../shared/Icon.tsx'
import { useData, useSay } from '../../shared/language.tsx'
import { resourceWords } from '../../shared/words.ts'
import { states } from './words.ts'

/** What the reader's role or basis never shows. It depends on the reader only, so it tells nothing about the patient. */
export function Withheld({ withheld }: { withheld: NonNullable<Overview['withheld']> }) {
  const say = useSay()
  const data = useData()
  const [isShown, setShown] = useState(false)
  const words = withheld.kinds.map((kind) => {
    const word = resourceWords[kind as keyof typeof resourceWords]
    return word ? say(word) : data(kind)
  })
  return (
    <div className="notice seal withheld">
      <Icon name="lock" />
      <p>
        {say(states.withheld, { kinds: [...new Set(words)].join(', ') })}{' '}
        <button type="button" className="link-button" aria-expanded={isShown} onClick={() => setShown(!isShown)}>{say(states.why)}</button>
        {isShown && <span className="reason"> {say(withheld.reason === 'role' ? states.whyRole : states.whyRelation)}</span>}
      </p>
    </div>
  )
}
