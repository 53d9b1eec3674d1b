import { useState } from 'react'
import type { Channels, Replayed } from '../../../sickleave/employer/wire.ts'
import { post, remove } from '../../shared/api.ts'
import { Arrived } from '../../shared/Arrived.tsx'
import { LinesTable } from '../../shared/LinesTable.tsx'
import { type Say, useSay } from '../../shared/language.tsx'
import type { Message } from '../../shared/message.ts'
import { NotReached } from '../../shared/NotReached.tsx'
import { type Asked, StepDialog } from '../../shared/StepDialog.tsx'
import { useLive } from '../../shared/use-live.ts'
import { firm } from '../firm-words.ts'
import { End } from './End.tsx'
import type { Part } from './part.ts'

export function ChannelsPart(part: Part) {
  const { at, ask, setSaid } = part
  const say = useSay()
  const [replay, setReplay] = useState<Asked | null>(null)
  const live = useLive<Channels>(`${at}/channels`, null)
  const add = (title: Message, kind: 'webhook' | 'email') =>
    ask({ title, to: 'channels', fields: [{ name: 'address', label: firm.address }], more: { kind, clients: true } })
  return (
    <section aria-labelledby="channels">
      <h2 id="channels">{say(firm.channels)}</h2>
      <div className="tools">
        <button type="button" className="button" onClick={() => add(firm.addWebhook, 'webhook')}>
          {say(firm.addWebhook)}
        </button>
        <button type="button" className="button" onClick={() => add(firm.addEmail, 'email')}>
          {say(firm.addEmail)}
        </button>
      </div>
      <Arrived live={live}>
        {({ channels }) =>
          channels.length === 0 ? (
            <p className="soft">{say(firm.noChannels)}</p>
          ) : (
            <LinesTable labelledBy="channels" words={[firm.address, firm.waiting, firm.trouble, firm.actions]}>
              {channels.map((one) => (
                <Channel key={one.id} one={one} {...part} onReplay={() => setReplay(replayOf(say, at, one.id))} />
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

function replayOf(say: Say, at: string, id: string): Asked {
  return {
    ...{ title: say(firm.replay), lead: firm.replayLead, confirm: firm.replay, to: `${at}/channels/${id}/replay`, more: {} },
    fields: [{ name: 'after', label: firm.after }],
    first: { after: '0' },
    body: ({ after }) => ({ after: Number(after) }),
  }
}

type ChannelOf = Part & { one: Channels['channels'][number]; onReplay(): void }

function Channel({ one, at, ask, act, setSaid, onReplay }: ChannelOf) {
  const say = useSay()
  const test = () =>
    act(async () => {
      await post(`${at}/channels/${one.id}/test`, {})
      setSaid(say(firm.tested))
    })
  const confirm = () => ask({ title: firm.confirm, to: `channels/${one.id}/confirmation`, fields: [{ name: 'code', label: firm.enterCode }] })
  return (
    <tr>
      <th scope="row">{one.address}</th>
      <td className="num">{one.waiting}</td>
      <td>{one.trouble === null || one.failingSince === null ? '–' : <NotReached trouble={one.trouble} since={one.failingSince} />}</td>
      <td>
        {!one.isConfirmed && (
          <button type="button" className="button" onClick={confirm}>
            {say(firm.confirm)}
          </button>
        )}
        {one.kind === 'webhook' && (
          <>
            <button type="button" className="button" aria-label={`${say(firm.test)}: ${one.address}`} onClick={() => void test()}>
              {say(firm.test)}
            </button>{' '}
            <button type="button" className="button" aria-label={`${say(firm.replay)}: ${one.address}`} onClick={onReplay}>
              {say(firm.replay)}
            </button>
          </>
        )}{' '}
        <End name={one.address} onEnd={() => void act(() => remove(`${at}/channels/${one.id}`))} />
      </td>
    </tr>
  )
}
