import type { Problem } from '../../../record/wire.ts'
import { useData, useSay } from '../../shared/language.tsx'
import { summary } from './words.ts'

type OnlyWithOf = { problem: Problem; isKnown: boolean; count: number; total: number; onClear(): void }

/** In every filtered section: tells that it is filtered, by which problem, and how to undo it. */
export function OnlyWith({ problem, isKnown, count, total, onClear }: OnlyWithOf) {
  const say = useSay()
  const data = useData()
  const name = [problem.what.code, data(problem.what.text)].filter(Boolean).join(' ')
  return (
    <p className="only-with">
      <span>{isKnown ? say(summary.only, { problem: name }) : say(summary.noLink)}</span>
      {isKnown && count === 0 && <span>{say(summary.noneLinked, { count: total })}</span>}
      <button type="button" className="link-button" onClick={onClear}>
        {say(summary.showAll)}
      </button>
    </p>
  )
}
