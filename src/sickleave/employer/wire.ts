// What the employer's pages and API get and send. Everything is JSON under /sickleave/employer. Nothing here can carry a diagnosis, a specialty, a
// doctor, a step of the commission or a limit.

export type EmployerRole = 'administrator' | 'operator' | 'viewer' | 'signer'

/** `GET /` */
export type Employers = { employers: { pib: string; name: string; role: EmployerRole; agency: string | null }[] }

type Employee = { family: string; given: string; birthDate: string | null }
type Document = {
  kind: 'certificate' | 'report'
  number: string
  version: number
  issuedAt: string
  /** When the doctor's session signature was verified; missing when the document carries the seal of the centre alone. */
  signedAt?: string
  days: { from: string; until: string; days: number; percent: number; payer: 'employer' | 'fund' }[]
  isLast: boolean
}

/** `POST /search`: one line for each leave, unread ones first. The personal number is only in the leave itself and in the files. */
export type CaseSearch = {
  pib?: string
  text?: string
  state?: 'open' | 'closed' | 'cancelled'
  unread?: boolean
  from?: string
  until?: string
  after?: string
  limit?: number
}
export type CaseLine = {
  pib: string
  name: string
  leave: string
  employee: Employee
  category: 'illness' | 'care' | 'child'
  from: string
  until: string
  state: 'open' | 'closed' | 'cancelled'
  /** The newest event: its number in the employer's stream, its time and its kind. */
  seq: number
  at: string
  kind: string
  document: { kind: 'certificate' | 'report'; number: string } | null
  isUnread: boolean
  doneBy: string | null
  doneAt: string | null
}
export type Cases = { cases: CaseLine[]; unread: number; next: string | null }

/** `POST /:pib/marks`: events after `seq` stay unread. */
export type Marks = { leaves: { leave: string; seq: number }[]; done: boolean }
export type Marked = { marked: number }

/** `GET /:pib/calendar?month=2026-03` */
export type CalendarRow = {
  leave: string
  employee: Employee
  category: 'illness' | 'care' | 'child'
  from: string
  until: string
  state: 'open' | 'closed' | 'cancelled'
  /** Only days of a report. */
  paid: { from: string; until: string; payer: 'employer' | 'fund' }[]
}
export type Calendar = { month: string; rows: CalendarRow[]; more: boolean }

/** `GET /:pib/events?after=&limit=`, `/:pib/leaves`, `/:pib/leaves/:leave` */
export type EmployerEvent = {
  seq: number
  at: string
  kind: string
  leave: string
  employee: Employee & { jmbg: string | null }
  employer: { name: string; pib: string; mb: string } | null
  issuer: string
  category: 'illness' | 'care' | 'child'
  from: string
  until: string
  isOpen: boolean
  document: Document | null
  /** With kind `request` or `objection`: which one, where it stands, and the last day when one is near. */
  about?: { id: string; number: string; state: string; due?: string }
}
export type EmployerEvents = { events: EmployerEvent[]; next: number }

/** `GET /registration`: the employers for whom the registers name you. `POST /registration {pib}` */
export type Registrable = {
  employers: { pib: string; name: string; register: 'companies' | 'state-bodies'; capacity: 'representative' | 'authorised'; isRegistered: boolean }[]
}
export type Joined = { pib: string; name: string; role: EmployerRole }

/** `GET /:pib/members` */
export type Invitation = { id: string; role: EmployerRole; note: string; by: string; at: string; expiresAt: string }
export type FirmMembers = {
  members: {
    member: string
    name: string
    role: EmployerRole
    since: string
    until: string | null
    by: string
    byRegister: boolean
    isYou: boolean
  }[]
  invitations: Invitation[]
}
/** `POST /:pib/invitations {role, note}`: the code is answered only this once. */
export type Invited = { id: string; code: string; expiresAt: string }

/** `GET /:pib/mandates`: as agency, and as client. A mandate without `confirmedAt` waits for the client. */
export type MandateLine = {
  id: string
  agencyPib: string
  agencyName: string
  pib: string
  name: string
  role: 'operator' | 'signer' | 'viewer'
  number: string
  until: string | null
  at: string
  by: string
  source: 'client' | 'register' | null
  confirmedAt: string | null
  endedAt: string | null
}
export type Mandates = { held: MandateLine[]; given: MandateLine[] }
export type FileError = { line: number; field: string; sr: string; en: string }
/** `POST /:pib/mandate-file {content, keepGood}` */
export type MandateFile = { lines: number; active: number; waiting: number; known: number; isStored: boolean; errors: FileError[] }

/** `GET /:pib/channels` */
export type ChannelLine = {
  id: string
  kind: 'webhook' | 'email'
  address: string
  content: 'full' | 'notice'
  clients: boolean
  by: string
  at: string
  isConfirmed: boolean
  /** How many streams it is told of, how many events it has not been told yet, and how many streams are parked. */
  streams: number
  waiting: number
  parked: number
  trouble: string | null
  /** The first failure of what still does not get through. */
  failingSince: string | null
}
/** `GET /sickleave/channels` for operators: mail grouped by what went wrong, webhooks one by one, the longest trouble first. */
export type ChannelTrouble = {
  mail: { trouble: string; since: string; addresses: number; waiting: number }[]
  webhooks: { id: string; name: string; host: string; trouble: string; since: string; failures: number; waiting: number; isParked: boolean }[]
}
export type Channels = { channels: ChannelLine[] }
/** `POST /:pib/channels/:channel/replay {pib?, after}` */
export type Replayed = { streams: number }

/** What a webhook gets: the same as `GET /:pib/events`; with content `notice` only the numbers. */
export type Push = { pib: string; after: number; next: number; events: EmployerEvent[] }

/** `GET /:pib/systems` · `POST /:pib/systems {name, role, jwks?}`: without a key set of your own the private key is answered, only this once. */
export type SystemLine = { client: string; name: string; role: EmployerRole; since: string }
export type Systems = { systems: SystemLine[] }
export type NewSystem = { client: string; name: string; scope: string; privateKey: unknown }

/** `GET /sickleave/employer/latest`: grows with each event of any employer for whom you act. */
export type Latest = { latest: number }
