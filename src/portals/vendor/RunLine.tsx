import type { RunShown } from '../../vendor/wire.ts'
import { formatMoment } from '../shared/format.ts'
import { Icon } from '../shared/Icon.tsx'
import { Keep } from '../shared/Keep.tsx'
import { useLanguage, useSay } from '../shared/language.tsx'
import { checks, system as words } from './words.ts'

/** A run with its scenarios. A failed scenario shows what was found and what to do. */
export function RunLine({ run }: { run: RunShown }) {
  const say = useSay()
  const language = useLanguage()
  const { protocol, playedBy, isRepeat, beganAt, score, passed, scenarios } = run
  const how = [say(playedBy === 'script' ? words.script : words.ownSystem), ...(isRepeat ? [say(words.nightly)] : [])].join(', ')
  return (
    <li>
      <p>
        <strong>
          <Keep>{protocol}</Keep>
        </strong>{' '}
        {passed === null ? (
          <span className="status wait">
            <Icon name="waiting" />
            {say(words.unfinished)}
          </span>
        ) : (
          <Passed passed={passed} />
        )}{' '}
        {score !== null && say(words.score, { score })}{' '}
        <span className="soft">
          {formatMoment(language, beganAt)}, {how}
        </span>
      </p>
      {scenarios.length > 0 && (
        <details open={passed === false}>
          <summary>
            {say(words.scenarios)} <span className="only-read">{`${protocol} ${formatMoment(language, beganAt)}`}</span>
          </summary>
          <ul>
            {scenarios.map((scenario) => (
              <li key={scenario.id}>
                <Passed passed={scenario.passed} /> {say(scenario.title)}
                <ul>
                  {scenario.checks
                    .filter((one) => !one.passed)
                    .map(({ check, found, hint, seenBy }) => (
                      <li key={check}>
                        {check}: <strong>{found}</strong>
                        {hint !== null && <>. {hint}</>} <span className="soft">({say(checks[seenBy])})</span>
                      </li>
                    ))}
                </ul>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  )
}

function Passed({ passed }: { passed: boolean }) {
  const say = useSay()
  return (
    <span className={passed ? 'status ok' : 'status crit'}>
      <Icon name={passed ? 'done' : 'critical'} />
      {say(passed ? words.passed : words.failed)}
    </span>
  )
}
