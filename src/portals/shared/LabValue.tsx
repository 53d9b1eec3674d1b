import type { LabPoint } from '../../record/wire.ts'
import { formatResult } from './format.ts'
import { Icon } from './Icon.tsx'
import { useData, useLanguage, useSay } from './language.tsx'
import { flags } from './words.ts'

/** A value with its flag in a place of its own, so that digits stand under digits. The flag has a shape, a colour and a word. */
export function LabValue({ point, isWordShown = false }: { point: LabPoint; isWordShown?: boolean }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const text = point.value === null ? data(point.text ?? '') : formatResult(language, point.value)
  const flag = point.flag
  return (
    <span className={flag ? `lab-value ${flag}` : 'lab-value'}>
      <span className="num">{text}</span>
      <span className="flag">
        {flag && <Icon name={flag} />}
        {flag && <span className={isWordShown ? undefined : 'only-read'}> {say(flags[flag])}</span>}
      </span>
    </span>
  )
}
