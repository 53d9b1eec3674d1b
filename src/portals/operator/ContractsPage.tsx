import { useSearchParams } from 'react-router'
import type { ContractLines } from '../../bus/wire.ts'
import { useSay } from '../shared/language.tsx'
import { useTitle } from '../shared/use-title.ts'
import { Arrived } from '../shared/Arrived.tsx'
import { ContractsTable } from './ContractsTable.tsx'
import { useLive } from '../shared/use-live.ts'
import { contracts as words } from './words.ts'

const everyMs = 5000

/** Contracts that wait for a decision come first: they are the reason to open this page. */
export function ContractsPage() {
  const say = useSay()
  const [question, setQuestion] = useSearchParams()
  const isAll = question.get('which') === 'all'
  const live = useLive<ContractLines>(isAll ? '/bus/operator/contracts' : '/bus/operator/contracts?state=requested', everyMs)
  useTitle(words.title)
  return (
    <>
      <h1 id="contracts">{say(words.title)}</h1>
      <div className="toggles" role="group" aria-label={say(words.which)}>
        <button type="button" aria-pressed={!isAll} onClick={() => setQuestion({})}>
          {say(words.waiting)}
        </button>
        <button type="button" aria-pressed={isAll} onClick={() => setQuestion({ which: 'all' })}>
          {say(words.all)}
        </button>
      </div>
      <Arrived live={live}>
        {({ contracts }) =>
          contracts.length === 0 && !isAll ? (
            <p className="soft">{say(words.emptyWaiting)}</p>
          ) : (
            <ContractsTable contracts={contracts} labelledBy="contracts" onChanged={live.reload} />
          )
        }
      </Arrived>
    </>
  )
}
