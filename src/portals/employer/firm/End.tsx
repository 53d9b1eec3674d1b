import { useSay } from '../../shared/language.tsx'
import { firm } from '../firm-words.ts'

export function End({ name, onEnd }: { name: string; onEnd(): void }) {
  const say = useSay()
  return (
    <button type="button" className="button" aria-label={say(firm.endOf, { name })} onClick={onEnd}>
      {say(firm.end)}
    </button>
  )
}
