import { Link } from 'react-router'
import type { LookReportsWaiting } from '../../../identity/wire.ts'
import { useSay } from '../../shared/language.tsx'
import { useLive } from '../../shared/use-live.ts'
import { lookReports as words } from './words.ts'

const everyMs = 60_000

/** The link in the bar of a data officer, with the number of patients who wait for an answer. */
export function LookReportsLink() {
  const say = useSay()
  const { data } = useLive<LookReportsWaiting>('/identity/look-reports/waiting', everyMs)
  return <Link to="/look-reports">{data !== null && data.count > 0 ? say(words.waiting, { count: data.count }) : say(words.title)}</Link>
}
