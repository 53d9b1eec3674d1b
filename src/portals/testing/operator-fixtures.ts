import type { Me } from '../../access/wire.ts'
import type { BusOverview, ContractLine, MemberPage, MessagePath, Proposal, Queue } from '../../bus/wire.ts'

// An invented afternoon of the bus with everything that an operator may see, all at once.

export const operator: Me = {
  id: 'account-3',
  name: 'Иван Крстић',
  roles: ['operator'],
  institution: null,
  unit: null,
  person: null,
  represents: [],
  csrf: 'csrf',
  demo: true,
}

const at = '2026-11-28T12:00:00.000Z'
const messageId = '0193709e-0000-7000-8000-00000000aaaa'
const queue: Queue = {
  member: 'bolnica-nis',
  name: 'Болница Ниш',
  state: 'suspended',
  lanes: [
    { lane: 0, waiting: 12, oldest: '2026-11-28T11:57:00.000Z' },
    { lane: 2, waiting: 10_000, oldest: '2026-11-27T09:00:00.000Z' },
  ],
  parked: 3,
}

export const busOverview: BusOverview = {
  at,
  members: { requested: 2, approved: 0, active: 431, suspended: 1, revoked: 3 },
  contractsWaiting: 1,
  proposalsWaiting: 1,
  rates: [
    { kind: 'message', service: 'record/documents', perMinute: 4210, refused: 12, failed: 0, p50: 6.2, p95: 21, p99: 48 },
    { kind: 'call', service: 'fond/osiguranje', perMinute: 810, refused: 0, failed: 4, p50: 40, p95: 900, p99: 2600 },
  ],
  minutes: Array.from({ length: 60 }, (_, minute) => ({ good: 3000 + 40 * minute, refused: minute % 7, failed: minute === 40 ? 900 : 0 })),
  queues: [queue],
  circuits: [{ service: 'fond/osiguranje', provider: 'fond', failures: 0, openMs: 8200 }],
  seal: { number: 4711, at: '2026-11-28T11:59:30.000Z', rows: 5000, unsealedSince: '2026-11-28T11:59:31.000Z', stamped: 4710 },
  degraded: [{ reason: 'seal-late', since: at, figure: '240 s' }],
  alerts: [
    {
      id: 'alert-1',
      rule: 'errors',
      member: 'fond',
      about: 'call fond/osiguranje',
      figure: '4 of 60 in 5 minutes',
      text: {
        'sr-Cyrl': 'Услуга «fond/osiguranje» греши: 4 од 60 у пет минута.',
        'sr-Latn': 'Usluga «fond/osiguranje» greši: 4 od 60 u pet minuta.',
        en: 'The service “fond/osiguranje” fails: 4 of 60 in five minutes.',
      },
      since: at,
      toldMember: at,
      toldOperator: at,
      takenBy: null,
      ended: null,
    },
    {
      id: 'alert-2',
      rule: 'key-ends',
      member: 'fond',
      about: 'fond NzbLsXh8uDCc 7',
      figure: 'ends 2026-12-05',
      text: {
        'sr-Cyrl': 'Последњи кључ учесника «fond» истиче 2026-12-05. Пријавите нови док овај важи.',
        'sr-Latn': 'Poslednji ključ učesnika «fond» ističe 2026-12-05. Prijavite novi dok ovaj važi.',
        en: 'The last key of “fond” ends on 2026-12-05. Register a new one while this one is valid.',
      },
      since: at,
      toldMember: at,
      toldOperator: null,
      takenBy: 'Ана Илић',
      ended: null,
    },
  ],
}

const contract: ContractLine = {
  id: '0193709e-0000-7000-8000-00000000bbbb',
  consumer: 'bolnica-nis',
  provider: 'fond',
  service: 'osiguranje',
  purpose: 'провера осигурања',
  legalBasis: 'Закон о здравственом осигурању, члан 26',
  endpoints: [{ method: 'GET', path: '/osigurani/*' }],
  quotaPerMinute: 6000,
  lane: 1,
  holdKey: false,
  state: 'requested',
  validUntil: null,
  createdAt: at,
  next: ['active', 'revoked'],
}

const member: MemberPage = {
  code: 'bolnica-nis',
  name: 'Болница Ниш',
  mb: '20000001',
  contact: 'дежурни, 018 500 000',
  institution: 7,
  client: 'client-7',
  state: 'active',
  provedAt: at,
  testedAt: null,
  webhook: null,
  next: ['suspended', 'revoked'],
  steps: [{ number: 1, at, state: 'active', decision: '451-02-17/2026', reason: 'испунила услове', by: 'Иван Крстић' }],
  keys: [{ kid: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs', validFrom: at, validUntil: '2027-11-28T12:00:00.000Z', withdrawnAt: null }],
  services: [{ name: 'nalazi', kind: 'inbox', title: 'Пријем налаза', version: '1', deprecatedAt: null }],
  contracts: [contract],
  queue: { ...queue, state: 'active' },
}

const proposal: Proposal = {
  id: '0193709e-0000-7000-8000-00000000cccc',
  message: messageId,
  recipient: 'bolnica-nis',
  proposedBy: 'Ана Илић',
  proposedAt: at,
  reason: 'шифра по новом шифарнику',
  state: 'open',
  decidedBy: null,
  decidedAt: null,
  sent: null,
  isMine: false,
}

const message: MessagePath = {
  id: messageId,
  at,
  kind: 'message',
  from: 'lab-nis',
  to: 'bolnica-nis/nalazi',
  messageId: 'nalaz-000123',
  contentType: 'application/json',
  digest: 'sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:',
  contract: contract.id,
  purpose: 'здравствена заштита',
  answers: null,
  aboutPerson: true,
  hasBody: true,
  corrects: null,
  deliveries: [
    {
      recipient: 'bolnica-nis',
      state: 'parked',
      outOfOrder: false,
      attempts: 4,
      storedAt: at,
      leasedAt: at,
      dueAt: at,
      endedAt: at,
      reason: 'шифра није позната',
    },
    { recipient: 'record', state: 'acknowledged', outOfOrder: true, attempts: 1, storedAt: at, leasedAt: at, dueAt: at, endedAt: at, reason: null },
  ],
  answered: null,
  seal: { number: 4710, at, stampedAt: at },
  proposals: [proposal],
}

/** Answers by address, as the server sends them. */
export const operatorAnswers: Record<string, unknown> = {
  '/bus/operator/overview': busOverview,
  '/sickleave/channels': {
    mail: [{ trouble: 'the mail server answered 550', since: at, addresses: 3, waiting: 41 }],
    webhooks: [
      { id: 'c1', name: 'Пекара „Зрно“', host: 'plate.zrno.rs', trouble: 'the address answered 503', since: at, failures: 6, waiting: 12, isParked: false },
      { id: 'c2', name: 'Агенција Биланс', host: 'knjige.rs', trouble: 'the address did not answer', since: at, failures: 80, waiting: 340, isParked: true },
    ],
  },
  '/bus/operator/members': {
    members: [
      {
        code: 'bolnica-nis',
        name: 'Болница Ниш',
        mb: '20000001',
        state: 'suspended',
        keyUntil: '2026-12-05T00:00:00.000Z',
        waiting: 10_012,
        parked: 3,
        oldest: at,
      },
      { code: 'fond', name: 'Фонд', mb: '20000002', state: 'active', keyUntil: '2028-01-01T00:00:00.000Z', waiting: 0, parked: 0, oldest: null },
    ],
  },
  '/bus/operator/members/bolnica-nis': member,
  '/bus/operator/contracts': { contracts: [contract] },
  '/bus/operator/messages': {
    messages: [
      {
        id: messageId,
        at,
        kind: 'message',
        from: 'lab-nis',
        to: 'bolnica-nis/nalazi',
        messageId: 'nalaz-000123',
        states: ['parked'],
        reason: 'шифра није позната',
      },
    ],
    more: false,
  },
  [`/bus/operator/messages/${messageId}`]: message,
  [`/bus/operator/messages/${messageId}/body`]: { text: '{"code":"wrong"}' },
  '/bus/operator/proposals': { proposals: [proposal] },
  [`/bus/operator/proposals/${proposal.id}`]: { ...proposal, before: '{"code":"wrong"}', after: '{"code":"right"}' },
}
export const operatorPages = [
  '/operator/',
  '/operator/members/bolnica-nis',
  '/operator/contracts',
  '/operator/messages?state=parked',
  `/operator/messages/${messageId}`,
  `/operator/proposals/${proposal.id}`,
] as const
