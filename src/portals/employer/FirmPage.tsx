import { useState } from 'react'
import type { Channels, FirmMembers, Invited, MandateFile, Mandates, NewSystem, Replayed, Systems } from '../../sickleave/employer/wire.ts'
import { post, remove } from '../shared/api.ts'
import { FileInput } from '../shared/FileInput.tsx'
import { Arrived } from '../shared/Arrived.tsx'
import { formatDate } from '../shared/format.ts'
import { LinesTable } from '../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../shared/language.tsx'
import type { Message } from '../shared/message.ts'
import { NotReached } from '../shared/NotReached.tsx'
import { type Asked, StepDialog } from '../shared/StepDialog.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { useLive } from '../shared/use-live.ts'
import { useTitle } from '../shared/use-title.ts'
import { ForEmployer } from './ForEmployer.tsx'
import { firm, roles } from './firm-words.ts'
import { portal } from './words.ts'

const roleOptions = (names: (keyof typeof roles)[]) => names.map((value) => ({ value, label: roles[value] }))

export function FirmPage() {
  const say = useSay()
  useTitle(portal.firm)
  return (
    <>
      <h1>{say(portal.firm)}</h1>
      <ForEmployer>
        {({ pib, role, agency }) =>
          role === 'administrator' && agency === null ? <Firm key={pib} at={`/sickleave/employer/${pib}`} /> : <p>{say(firm.admin)}</p>
        }
      </ForEmployer>
    </>
  )
}

function Firm({ at }: { at: string }) {
  const say = useSay()
  const [asked, setAsked] = useState<{ asked: Asked; done(answer: unknown): void } | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [round, setRound] = useState(0)
  const again = () => setRound((before) => before + 1)
  const act = async (work: () => Promise<unknown>) => {
    setFailure(null)
    try {
      await work()
      again()
    } catch (error) {
      setFailure(error)
    }
  }
  const ask: Part['ask'] = (title, to, fields, more = {}, done = () => {}, method) =>
    setAsked({
      asked: { title: say(title), confirm: title, fields, to: `${at}/${to}`, more, ...(method ? { method } : {}) },
      done: done as (answer: unknown) => void,
    })
  const parts: Part = { at, ask, act, setSaid }
  return (
    <div key={round} className="parts">
      {said && (
        <p className="notice" role="status">
          <span className="code">{said}</span>
        </p>
      )}
      {failure !== null && <Trouble error={failure} takesFocus />}
      <Members {...parts} />
      <ChannelsPart {...parts} />
      <SystemsPart {...parts} />
      <MandatesPart {...parts} />
      {asked && (
        <StepDialog
          asked={asked.asked}
          onClose={() => setAsked(null)}
          onDone={(answer: unknown) => {
            asked.done(answer)
            again()
          }}
        />
      )}
    </div>
  )
}

type Part = {
  at: string
  ask(title: Message, to: string, fields: Asked['fields'], more?: Record<string, unknown>, done?: (answer: never) => void, method?: 'PUT'): void
  act(work: () => Promise<unknown>): Promise<void>
  setSaid(text: string): void
}

function End({ name, onEnd }: { name: string; onEnd(): void }) {
  const say = useSay()
  return (
    <button type="button" className="button" aria-label={say(firm.endOf, { name })} onClick={onEnd}>
      {say(firm.end)}
    </button>
  )
}

function Members({ at, ask, act, setSaid }: Part) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const live = useLive<FirmMembers>(`${at}/members`, null)
  const fields = [
    { name: 'role', label: firm.role, options: roleOptions(['viewer', 'operator', 'signer', 'administrator']) },
    { name: 'note', label: firm.note },
  ]
  return (
    <section aria-labelledby="members">
      <h2 id="members">{say(firm.members)}</h2>
      <button
        type="button"
        className="button"
        onClick={() => ask(firm.invite, 'invitations', fields, {}, ({ code }: Invited) => setSaid(say(firm.code, { code })))}
      >
        {say(firm.invite)}
      </button>
      <Arrived live={live}>
        {({ members, invitations }) => (
          <>
            <LinesTable labelledBy="members" words={[firm.name, firm.role, firm.until, firm.end]}>
              {members.map(({ member, name, role, since, until, byRegister }) => (
                <tr key={`${member} ${since}`}>
                  <th scope="row">{data(name) || '–'}</th>
                  <td>{say(roles[role])}</td>
                  <td className="num">
                    {formatDate(language, since)} – {until && formatDate(language, until)}
                  </td>
                  <td>
                    {until === null && !byRegister && (
                      <button
                        type="button"
                        className="button"
                        aria-label={say(firm.changeRoleOf, { name: data(name) })}
                        onClick={() => ask(firm.changeRole, `members/${encodeURIComponent(member)}`, fields.slice(0, 1), {}, () => {}, 'PUT')}
                      >
                        {say(firm.changeRole)}
                      </button>
                    )}{' '}
                    {until === null && !byRegister && (
                      <End name={data(name)} onEnd={() => void act(() => remove(`${at}/members/${encodeURIComponent(member)}`))} />
                    )}
                  </td>
                </tr>
              ))}
            </LinesTable>
            {invitations.length > 0 && (
              <>
                <h3 id="invitations">{say(firm.invitations)}</h3>
                <LinesTable labelledBy="invitations" words={[firm.note, firm.role, firm.validUntil, firm.end]}>
                  {invitations.map(({ id, role, note, expiresAt }) => (
                    <tr key={id}>
                      <th scope="row">{data(note)}</th>
                      <td>{say(roles[role])}</td>
                      <td className="num">{formatDate(language, expiresAt)}</td>
                      <td>
                        <End name={data(note)} onEnd={() => void act(() => remove(`${at}/invitations/${id}`))} />
                      </td>
                    </tr>
                  ))}
                </LinesTable>
              </>
            )}
          </>
        )}
      </Arrived>
    </section>
  )
}

function MandatesPart({ at, ask, act }: Part) {
  const say = useSay()
  const data = useData()
  const live = useLive<Mandates>(`${at}/mandates`, null)
  const [result, setResult] = useState<MandateFile | null>(null)
  const language = useLanguage()
  const load = async (file: File | undefined) => {
    if (file) await act(async () => setResult(await post<MandateFile>(`${at}/mandate-file`, { content: await file.text() })))
  }
  const fields = [
    { name: 'agency', label: firm.agency },
    { name: 'role', label: firm.role, options: roleOptions(['viewer', 'operator', 'signer']) },
    { name: 'number', label: firm.number },
  ]
  return (
    <section aria-labelledby="mandates">
      <h2 id="mandates">{say(firm.mandates)}</h2>
      <div className="tools">
        <button type="button" className="button" onClick={() => ask(firm.giveMandate, 'mandates', fields)}>
          {say(firm.giveMandate)}
        </button>
        <div className="field">
          <label htmlFor="mandate-file">{say(firm.file)}</label>
          <span className="hint" id="mandate-file-hint">
            {say(firm.fileHint)}
          </span>
          <FileInput id="mandate-file" accept=".csv,text/csv" describedBy="mandate-file-hint" isSentAtOnce onChoose={(file) => void load(file)} />
        </div>
      </div>
      {result && (
        <div role="status">
          <p>{result.isStored ? say(firm.stored, { active: result.active, waiting: result.waiting, known: result.known }) : say(firm.notStored)}</p>
          <ul>
            {result.errors.map((one) => (
              <li key={`${one.line} ${one.field}`}>{say(firm.line, { line: one.line, what: language === 'en' ? one.en : one.sr })}</li>
            ))}
          </ul>
        </div>
      )}
      <Arrived live={live}>
        {({ held, given }) =>
          held.length + given.length === 0 ? (
            <p className="soft">{say(firm.noMandates)}</p>
          ) : (
            <LinesTable labelledBy="mandates" words={[firm.name, firm.role, firm.number, firm.end]}>
              {[
                ...given.map((one) => ({ ...one, other: one.agencyName, isGiven: true })),
                ...held.map((one) => ({ ...one, other: one.name, isGiven: false })),
              ].map((one) => (
                <tr key={one.id}>
                  <th scope="row">{data(one.other)}</th>
                  <td>{say(roles[one.role])}</td>
                  <td>{data(one.number)}</td>
                  <td>
                    {one.confirmedAt === null && !one.isGiven && <span className="soft">{say(firm.waits)} </span>}
                    {one.confirmedAt === null && one.isGiven && (
                      <button type="button" className="button" onClick={() => void act(() => post(`${at}/mandates/${one.id}/confirmation`, {}))}>
                        {say(firm.accept)}
                      </button>
                    )}{' '}
                    <End name={data(one.other)} onEnd={() => void act(() => remove(`${at}/mandates/${one.id}`))} />
                  </td>
                </tr>
              ))}
            </LinesTable>
          )
        }
      </Arrived>
    </section>
  )
}

function ChannelsPart({ at, ask, act, setSaid }: Part) {
  const say = useSay()
  const [replay, setReplay] = useState<Asked | null>(null)
  const test = (id: string) =>
    act(async () => {
      await post(`${at}/channels/${id}/test`, {})
      setSaid(say(firm.tested))
    })
  const live = useLive<Channels>(`${at}/channels`, null)
  const address = [{ name: 'address', label: firm.address }]
  return (
    <section aria-labelledby="channels">
      <h2 id="channels">{say(firm.channels)}</h2>
      <div className="tools">
        <button type="button" className="button" onClick={() => ask(firm.addWebhook, 'channels', address, { kind: 'webhook', clients: true })}>
          {say(firm.addWebhook)}
        </button>
        <button type="button" className="button" onClick={() => ask(firm.addEmail, 'channels', address, { kind: 'email', clients: true })}>
          {say(firm.addEmail)}
        </button>
      </div>
      <Arrived live={live}>
        {({ channels }) =>
          channels.length === 0 ? (
            <p className="soft">{say(firm.noChannels)}</p>
          ) : (
            <LinesTable labelledBy="channels" words={[firm.address, firm.waiting, firm.trouble, firm.end]}>
              {channels.map((one) => (
                <tr key={one.id}>
                  <th scope="row">{one.address}</th>
                  <td className="num">{one.waiting}</td>
                  <td>{one.trouble === null || one.failingSince === null ? '–' : <NotReached trouble={one.trouble} since={one.failingSince} />}</td>
                  <td>
                    {!one.isConfirmed && (
                      <button
                        type="button"
                        className="button"
                        onClick={() => ask(firm.confirm, `channels/${one.id}/confirmation`, [{ name: 'code', label: firm.enterCode }])}
                      >
                        {say(firm.confirm)}
                      </button>
                    )}
                    {one.kind === 'webhook' && (
                      <>
                        <button type="button" className="button" aria-label={`${say(firm.test)}: ${one.address}`} onClick={() => void test(one.id)}>
                          {say(firm.test)}
                        </button>{' '}
                        <button
                          type="button"
                          className="button"
                          aria-label={`${say(firm.replay)}: ${one.address}`}
                          onClick={() =>
                            setReplay({
                              ...{ title: say(firm.replay), lead: firm.replayLead, confirm: firm.replay, to: `${at}/channels/${one.id}/replay`, more: {} },
                              fields: [{ name: 'after', label: firm.after }],
                              first: { after: '0' },
                              body: ({ after }) => ({ after: Number(after) }),
                            })
                          }
                        >
                          {say(firm.replay)}
                        </button>
                      </>
                    )}{' '}
                    <End name={one.address} onEnd={() => void act(() => remove(`${at}/channels/${one.id}`))} />
                  </td>
                </tr>
              ))}
            </LinesTable>
          )
        }
      </Arrived>
      {replay && (
        <StepDialog<Replayed> asked={replay} onClose={() => setReplay(null)} onDone={({ streams }) => setSaid(say(firm.replayed, { count: streams }))} />
      )}
    </section>
  )
}

function SystemsPart({ at, ask, act, setSaid }: Part) {
  const say = useSay()
  const data = useData()
  const live = useLive<Systems>(`${at}/systems`, null)
  const fields = [
    { name: 'name', label: firm.name },
    { name: 'role', label: firm.role, options: roleOptions(['viewer', 'operator', 'signer']) },
  ]
  const made = ({ client, privateKey }: NewSystem) => setSaid(`${say(firm.key)} ${JSON.stringify({ client, privateKey })}`)
  return (
    <section aria-labelledby="systems">
      <h2 id="systems">{say(firm.systems)}</h2>
      <button type="button" className="button" onClick={() => ask(firm.addSystem, 'systems', fields, {}, made)}>
        {say(firm.addSystem)}
      </button>
      <Arrived live={live}>
        {({ systems }) =>
          systems.length === 0 ? (
            <p className="soft">{say(firm.noSystems)}</p>
          ) : (
            <LinesTable labelledBy="systems" words={[firm.name, firm.role, firm.end]}>
              {systems.map((one) => (
                <tr key={one.client}>
                  <th scope="row">{data(one.name)}</th>
                  <td>{say(roles[one.role])}</td>
                  <td>
                    <End name={data(one.name)} onEnd={() => void act(() => remove(`${at}/systems/${one.client}`))} />
                  </td>
                </tr>
              ))}
            </LinesTable>
          )
        }
      </Arrived>
    </section>
  )
}
