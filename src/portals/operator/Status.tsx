import type { ContractState, DeliveryState, MemberState } from '../../bus/wire.ts'
import { Icon, type IconName } from '../shared/Icon.tsx'
import { useSay } from '../shared/language.tsx'
import { contractStates, memberStates } from '../shared/bus-words.ts'
import { deliveryStates } from './words.ts'

type Look = [tone: 'ok' | 'wait' | 'warn' | 'seal' | 'info', icon: IconName]

const ofMember: Record<MemberState, Look> = {
  requested: ['info', 'info'],
  approved: ['wait', 'waiting'],
  active: ['ok', 'done'],
  suspended: ['warn', 'warning'],
  revoked: ['seal', 'lock'],
}
const ofContract: Record<ContractState, Look> = {
  requested: ['info', 'info'],
  active: ['ok', 'done'],
  suspended: ['warn', 'warning'],
  revoked: ['seal', 'lock'],
}
const ofDelivery: Record<DeliveryState, Look> = {
  waiting: ['wait', 'waiting'],
  leased: ['info', 'next'],
  acknowledged: ['ok', 'done'],
  parked: ['warn', 'warning'],
}

/** A status by a shape, a colour and a word. */
function Status({ look: [tone, icon], word }: { look: Look; word: string }) {
  return (
    <span className={`status ${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  )
}

export function MemberStatus({ state }: { state: MemberState }) {
  const say = useSay()
  return <Status look={ofMember[state]} word={say(memberStates[state])} />
}

export function ContractStatus({ state }: { state: ContractState }) {
  const say = useSay()
  return <Status look={ofContract[state]} word={say(contractStates[state])} />
}

export function DeliveryStatus({ state }: { state: DeliveryState }) {
  const say = useSay()
  return <Status look={ofDelivery[state]} word={say(deliveryStates[state])} />
}
