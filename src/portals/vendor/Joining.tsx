import { Fragment, useState } from 'react'
import type { ContractState, MemberState } from '../../bus/wire.ts'
import { postAsNobody } from '../shared/api.ts'
import { contractStates, memberStates } from '../shared/bus-words.ts'
import { Keep } from '../shared/Keep.tsx'
import { useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import type { JustSignedUp } from './SignUpPage.tsx'
import { makeKeyFile, saveFile } from './keys.ts'
import { system as words } from './words.ts'

const commands = `chmod 600 edge-key.json answers.json
npm run spona -- edge init --answers answers.json
npm run spona -- edge start`

/** The steps from the sign-up to a running edge. Word and key are shown only here and only once. */
export function Joining({ id, just }: { id: string; just: JustSignedUp | null }) {
  const say = useSay()
  return (
    <section aria-labelledby="joining">
      <h2 id="joining">{say(words.join)}</h2>
      {just ? <Files just={just} /> : <p className="soft">{say(words.gone)}</p>}
      <Admission id={id} />
    </section>
  )
}

function Files({ just }: { just: JustSignedUp }) {
  const say = useSay()
  const { member, contact, institution, word, system } = just
  const answers = { url: location.origin, member, name: institution.name, mb: institution.mb, contact, code: word, sandbox: system }
  return (
    <ol className="steps-list">
      <li>
        <p className="strong">{say(words.once)}</p>
        <p>
          {say(words.word)}: <Keep>{word}</Keep>
        </p>
        <div className="buttons">
          <button type="button" className="button main" onClick={() => void makeKeyFile().then((text) => saveFile('edge-key.json', text))}>
            {say(words.downloadKey)}
          </button>
          <button type="button" className="button" onClick={() => saveFile('answers.json', `${JSON.stringify(answers, null, 1)}\n`)}>
            {say(words.downloadAnswers)}
          </button>
        </div>
      </li>
      <li>
        <p>{say(words.thenRun)}</p>
        <pre className="commands" tabIndex={0} translate="no">
          {commands}
        </pre>
      </li>
    </ol>
  )
}

type Admitted = { members: { code: string; state: MemberState; contracts: { service: string; from?: string; state: ContractState }[] }[] }

function Admission({ id }: { id: string }) {
  const say = useSay()
  const [answer, setAnswer] = useState<Admitted | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const admit = async () => {
    setFailure(null)
    try {
      setAnswer(await postAsNobody<Admitted>(`/vendor/systems/${encodeURIComponent(id)}/admission`, {}))
    } catch (error) {
      setFailure(error)
    }
  }
  return (
    <details>
      <summary>{say(words.admit)}</summary>
      <p>{say(words.admitLead)}</p>
      <p>
        <button type="button" className="button" onClick={() => void admit()}>
          {say(words.admit)}
        </button>
      </p>
      {failure !== null && <Trouble error={failure} takesFocus />}
      <div role="status">
        {answer !== null && answer.members.length === 0 && <p>{say(words.nobody)}</p>}
        {answer?.members.map(({ code, state, contracts }) => (
          <p key={code}>
            <Keep>{code}</Keep>: {say(memberStates[state])}
            {contracts.map((one) => (
              <Fragment key={`${one.from ?? ''} ${one.service}`}>
                , <Keep>{one.from === undefined ? one.service : `${one.from} → ${one.service}`}</Keep>: {say(contractStates[one.state])}
              </Fragment>
            ))}
          </p>
        ))}
      </div>
    </details>
  )
}
