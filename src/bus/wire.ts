// What the bus tells the operator's portal; everything stands below /bus/operator and needs the role operator.

export type Lane = 0 | 1 | 2
export type MemberState = 'requested' | 'approved' | 'active' | 'suspended' | 'revoked'
export type ContractState = 'requested' | 'active' | 'suspended' | 'revoked'
export type DeliveryState = 'waiting' | 'leased' | 'acknowledged' | 'parked'

/** What waits for a member; counts stop at `queueCountMax`, which means "that many or more". */
export type Queue = { member: string; name: string; state: MemberState; lanes: { lane: Lane; waiting: number; oldest: string | null }[]; parked: number }
export type Rate = {
  kind: 'message' | 'call' | 'delivery'
  service: string
  perMinute: number
  refused: number
  failed: number
  p50: number | null
  p95: number | null
  p99: number | null
}
export type Circuit = { service: string; provider: string; failures: number; openMs: number }
export type Reason = { reason: string; since: string; figure: string }

/** `GET /bus/operator/overview`: the last minute, and an hour of minutes, oldest first. */
export type BusOverview = {
  at: string
  members: Record<MemberState, number>
  contractsWaiting: number
  proposalsWaiting: number
  rates: Rate[]
  minutes: { good: number; refused: number; failed: number }[]
  queues: Queue[]
  circuits: Circuit[]
  seal: { number: number; at: string; rows: number; unsealedSince: string | null; stamped: number | null } | null
  degraded: Reason[]
  alerts: BusAlert[]
}

export type BusAlert = {
  id: string
  rule: string
  member: string | null
  about: string
  figure: string
  /** The whole of it as a sentence. */
  text: { 'sr-Cyrl': string; 'sr-Latn': string; en: string }
  since: string
  toldMember: string | null
  toldOperator: string | null
  takenBy: string | null
  ended: string | null
}

export type Step = { number: number; at: string; state: string; decision: string | null; reason: string | null; by: string }

/** `GET /bus/operator/members` */
export type MemberLine = {
  code: string
  name: string
  mb: string
  state: MemberState
  keyUntil: string | null
  waiting: number
  parked: number
  oldest: string | null
}
export type MemberLines = { members: MemberLine[] }

/** `GET /bus/operator/members/CODE` */
export type MemberPage = {
  code: string
  name: string
  mb: string
  contact: string
  institution: number | null
  client: string | null
  state: MemberState
  provedAt: string | null
  testedAt: string | null
  webhook: string | null
  next: MemberState[]
  steps: Step[]
  keys: { kid: string; validFrom: string; validUntil: string; withdrawnAt: string | null }[]
  services: { name: string; kind: string; title: string; version: string; deprecatedAt: string | null }[]
  contracts: ContractLine[]
  queue: Queue
}

/** `GET /bus/operator/contracts?state=requested` */
export type ContractLine = {
  id: string
  consumer: string
  provider: string
  service: string
  purpose: string
  legalBasis: string
  endpoints: { method: string; path: string }[]
  quotaPerMinute: number
  lane: Lane
  holdKey: boolean
  state: ContractState
  validUntil: string | null
  createdAt: string
  next: ContractState[]
}
export type ContractLines = { contracts: ContractLine[] }

/** `GET /bus/operator/messages?number=&member=&service=&state=&from=&to=` */
export type MessageLine = {
  id: string
  at: string
  kind: 'message' | 'call'
  from: string
  to: string
  messageId: string
  states: DeliveryState[]
  reason: string | null
}
export type MessageLines = { messages: MessageLine[]; more: boolean }

/** `GET /bus/operator/messages/ID` */
export type MessagePath = {
  id: string
  at: string
  kind: 'message' | 'call'
  from: string
  to: string
  messageId: string
  contentType: string
  digest: string
  contract: string | null
  purpose: string | null
  answers: string | null
  aboutPerson: boolean
  hasBody: boolean
  corrects: { message: string; proposedBy: string; approvedBy: string } | null
  deliveries: {
    recipient: string
    state: DeliveryState
    outOfOrder: boolean
    attempts: number
    storedAt: string
    leasedAt: string | null
    dueAt: string
    endedAt: string | null
    reason: string | null
  }[]
  answered: { at: string; by: string; status: number } | null
  seal: { number: number; at: string; stampedAt: string | null } | null
  proposals: Proposal[]
}

export type Proposal = {
  id: string
  message: string
  recipient: string
  proposedBy: string
  proposedAt: string
  reason: string
  state: 'open' | 'approved' | 'refused'
  decidedBy: string | null
  decidedAt: string | null
  sent: string | null
  isMine: boolean
}
export type Proposals = { proposals: Proposal[] }

/** `GET /bus/operator/messages/ID/body`: null when the contents are no text or are kept no more. */
export type MessageBody = { text: string | null }
/** `GET /bus/operator/proposals/ID` */
export type ProposalPage = Proposal & { before: string | null; after: string | null }
