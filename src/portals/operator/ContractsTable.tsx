import { useState } from 'react'
import type { ContractLine } from '../../bus/wire.ts'
import { formatDate } from '../shared/format.ts'
import { Keep } from '../shared/Keep.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import { contractStep, contractWord } from './asked-steps.ts'
import { ContractStatus } from './Status.tsx'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { contracts as words, lanes, purposes } from './words.ts'
import { LinesTable } from '../shared/LinesTable.tsx'

export function ContractsTable({ contracts, labelledBy, onChanged }: { contracts: ContractLine[]; labelledBy: string; onChanged(): void }) {
  const say = useSay()
  const [asked, setAsked] = useState<Asked | null>(null)
  if (contracts.length === 0) return <p className="soft">{say(words.empty)}</p>
  return (
    <>
      <LinesTable labelledBy={labelledBy} words={[words.who, words.basis, words.endpoints, words.actions]}>
        {contracts.map((contract) => (
          <Contract key={contract.id} contract={contract} onAsk={setAsked} />
        ))}
      </LinesTable>
      {asked && <StepDialog asked={asked} onClose={() => setAsked(null)} onDone={onChanged} />}
    </>
  )
}

function Contract({ contract, onAsk }: { contract: ContractLine; onAsk(asked: Asked): void }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const purpose = purposes[contract.purpose as keyof typeof purposes]
  const name = `${contract.consumer} → ${contract.provider}/${contract.service}`
  return (
    <tr>
      <th scope="row">
        <Keep>{contract.consumer}</Keep> → <Keep>{`${contract.provider}/${contract.service}`}</Keep>
        <p>
          <ContractStatus state={contract.state} />
          {contract.validUntil !== null && <span className="soft"> {say(words.until, { at: formatDate(language, contract.validUntil) })}</span>}
        </p>
      </th>
      <td>
        {purpose ? say(purpose) : data(contract.purpose)}
        <p className="soft">{data(contract.legalBasis)}</p>
      </td>
      <td>
        {contract.endpoints.map(({ method, path }) => (
          <p key={`${method} ${path}`} className="code" translate="no">
            {method} {path}
          </p>
        ))}
        <p className="soft">
          {say(words.quota, { count: contract.quotaPerMinute })} · {say(lanes[contract.lane] ?? lanes[1]!)}
          {contract.holdKey && ` · ${say(words.holdKey)}`}
        </p>
      </td>
      <td>
        <div className="buttons">
          {contract.next.map((to) => (
            <button
              type="button"
              key={to}
              className="button"
              aria-label={`${say(contractWord(contract.state, to))}: ${name}`}
              onClick={() => onAsk(contractStep(say, contract.id, name, contract.state, to))}
            >
              {say(contractWord(contract.state, to))}
            </button>
          ))}
        </div>
      </td>
    </tr>
  )
}
