// Made of /openapi.json: what each route below /sickleave/employer takes and answers.

export type ActingFor = {
  /** Tax number of the employer. */
  pib: string
  name: string
  role: 'administrator' | 'operator' | 'viewer' | 'signer'
  agency: string | null
}

export type CalculationList = {
  basePerHour: string
  lines: Array<{
    /** Calendar day, 2026-03-31. */
    from: string
    /** Calendar day, 2026-03-31. */
    until: string
    days: number
    hours: string
    percent: number
    /** Dinars with two places. */
    gross: string
    /** Dinars with two places. */
    net: string
    /** Dinars with two places. */
    tax: string
    /** Dinars with two places. */
    contributionsFrom: string
    /** Dinars with two places. */
    contributionsOn: string
    /** Dinars with two places. */
    total: string
  }>
  sums: {
    /** Dinars with two places. */
    gross: string
    /** Dinars with two places. */
    net: string
    /** Dinars with two places. */
    tax: string
    /** Dinars with two places. */
    contributionsFrom: string
    /** Dinars with two places. */
    contributionsOn: string
    /** Dinars with two places. */
    total: string
  }
}

export type CaseLine = {
  /** Tax number of the employer. */
  pib: string
  name: string
  leave: string
  employee: Employee
  category: 'illness' | 'care' | 'child'
  /** Calendar day, 2026-03-31. */
  from: string
  /** Calendar day, 2026-03-31. */
  until: string
  state: 'open' | 'closed' | 'cancelled'
  seq: number
  at: string
  kind: string
  document: {
    kind: string
    number: string
  } | null
  isUnread: boolean
  doneBy: string | null
  doneAt: string | null
}

export type ChannelLine = {
  id: string
  kind: 'webhook' | 'email'
  address: string
  content: 'full' | 'notice'
  clients: boolean
  by: string
  at: string
  isConfirmed: boolean
  streams: number
  waiting: number
  parked: number
  trouble: string | null
  failingSince: string | null
}

export type CompensationRequest = {
  id: string
  number: string
  kind: 'compensation' | 'refund'
  leave: string
  employee: PersonName
  employer: string | null
  /** Calendar day, 2026-03-31. */
  from: string
  /** Calendar day, 2026-03-31. */
  until: string
  payoutDay: string | null
  account: string | null
  week: Array<number> | null
  monthsWithoutWage: Array<string>
  note: string | null
  state: 'draft' | 'submitted' | 'incomplete' | 'in-process' | 'proposed' | 'calculated' | 'rejected' | 'paid' | 'confirmed' | 'returning' | 'returned' | 'withdrawn'
  due: {
    /** Calendar day, 2026-03-31. */
    nominal: string
    /** Calendar day, 2026-03-31. */
    effective: string
  } | null
  waitsFor: 'requester' | 'fund' | null
  missing: Array<Missing>
  evidence: Array<Evidence>
  signature: {
    level: string
    by: string
    at: string
    isQualified: boolean
    signer: Signer | null
  } | null
  signatureNeeded: 'seal' | 'advanced' | 'qualified'
  answer: string | null
  total: number | null
  list: CalculationList | null
  paidOn: string | null
  confirmedOn: string | null
  toReturn: {
    total: number
    interest: number
    /** Calendar day, 2026-03-31. */
    until: string
  } | null
  /** Their count is what `seen` says. */
  steps: Array<{
    kind: string
    at: string
  }>
}

export type EarningsOutcome = {
  isStored: boolean
  rows: number
  people: number
  stored: number
  unchanged: number
  errorCount: number
  /** Row as it is counted: line of the sheet or of the document. A file with mistakes is answered 422 with the same in the outcome’s details. */
  errors: Array<{
    row: number
    column: string
    wrong: InThreeScripts
    right: InThreeScripts
  }>
}

export type Employee = {
  family: string
  given: string
  birthDate: string | null
}

export type EmployerEvent = {
  /** Number in the stream of this employer: without a gap, for ever. */
  seq: number
  at: string
  kind: 'certificate' | 'report' | 'changed' | 'closed' | 'cancelled' | 'void' | 'request' | 'objection'
  /** What this employer knows the leave by. Another employer of the same person has another. */
  leave: string
  employee: {
    family: string
    given: string
    birthDate: string | null
    jmbg: string | null
  }
  employer: {
    name: string
    /** Tax number of the employer. */
    pib: string
    mb: string
  } | null
  issuer: string
  category: 'illness' | 'care' | 'child'
  /** Calendar day, 2026-03-31. */
  from: string
  /** Calendar day, 2026-03-31. */
  until: string
  isOpen: boolean
  document: LeaveDocument | null
  /** With kind request or objection: which, where it stands, and the last day where one is near (state due-soon or overdue). */
  about?: {
    id: string
    number: string
    state: string
    /** Calendar day, 2026-03-31. */
    due?: string
  }
}

export type EmployerEvents = {
  events: Array<EmployerEvent>
  /** Ask with after=next for what comes then. */
  next: number
}

export type Evidence = {
  id: string
  kind: 'account-contract' | 'tax-return' | 'payment-proof' | 'statement' | 'other'
  name: string
  type: string
  bytes: number
  sha256: string
  at: string
}

export type InThreeScripts = {
  sr: string
  srLatn: string
  en: string
}

export type Joined = {
  /** Tax number of the employer. */
  pib: string
  name: string
  role: 'administrator' | 'operator' | 'viewer' | 'signer'
}

export type LeaveDocument = {
  kind: 'certificate' | 'report'
  number: string
  version: number
  issuedAt: string
  isLast: boolean
  /** When the doctor’s session signature was verified; left out where the document bears the seal of the centre alone. */
  signedAt?: string
  /** Only in reports: who bears the compensation on which days, and how much. */
  days: Array<PaidDays>
}

export type MandateLine = {
  id: string
  /** Tax number of the employer. */
  agencyPib: string
  agencyName: string
  /** Tax number of the employer. */
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

export type Missing = {
  code: string
  where: string
  sr: string
  srLatn: string
  en: string
}

export type Objection = {
  id: string
  number: string
  kind: 'assessment' | 'control' | 'correction' | 'calculation'
  leave: string
  request: string | null
  employee: PersonName
  state: 'open' | 'accepted' | 'rejected' | 'withdrawn'
  madeAt: string
  /** Calendar day, 2026-03-31. */
  due: string
  endedAt: string | null
}

export type Objections = {
  objections: Array<Objection>
}

export type PaidDays = {
  /** Calendar day, 2026-03-31. */
  from: string
  /** Calendar day, 2026-03-31. */
  until: string
  days: number
  percent: number
  payer: 'employer' | 'fund'
}

export type PersonName = {
  family: string
  given: string
}

export type PublicKeys = Record<string, unknown>

export type Signer = {
  name: string
  organization: string | null
  issuer: string
  validUntil: string
  isRevocationKnown: boolean
  form: 'pades' | 'cades' | 'raw'
}

export type Operations = {
  /** Employers that you act for */
  'GET /': {
    params: {}
    query: {}
    body: undefined
    answer: {
      employers: Array<ActingFor>
    }
  }
  /** Events of an employer after a number */
  'GET /{pib}/events': {
    params: {
      pib: string
    }
    query: {
      after?: number
      limit?: number
    }
    body: undefined
    answer: EmployerEvents
  }
  /** The newest event of each leave, at most 500 */
  'GET /{pib}/leaves': {
    params: {
      pib: string
    }
    query: {}
    body: undefined
    answer: EmployerEvents
  }
  /** All events of one leave */
  'GET /{pib}/leaves/{leave}': {
    params: {
      pib: string
      leave: string
    }
    query: {}
    body: undefined
    answer: EmployerEvents
  }
  /** One document as a sealed PDF or XML, or the slip with its QR code (form is pdf, xml or slip) */
  'GET /{pib}/leaves/{leave}/documents/{number}/{version}/{form}': {
    params: {
      pib: string
      leave: string
      number: string
      version: string
      form: string
    }
    query: {
      language?: 'sr' | 'sr-Latn' | 'en'
    }
    body: undefined
    answer: Response
  }
  /** The diagnosis, where the employee shared it with this employer */
  'GET /{pib}/leaves/{leave}/shared': {
    params: {
      pib: string
      leave: string
    }
    query: {}
    body: undefined
    answer: {
      diagnosis: string
      /** Last day of the consent, where the employee set one. */
      until: string | null
    }
  }
  /** Whether something came: one number over all employers that you act for */
  'GET /latest': {
    params: {}
    query: {}
    body: undefined
    answer: {
      latest: number
    }
  }
  /** Leaves, one line for each, what nobody has dealt with first */
  'POST /search': {
    params: {}
    query: {}
    body: {
      /** Tax number of the employer. */
      pib?: string
      text?: string
      state?: 'open' | 'closed' | 'cancelled'
      unread?: boolean
      /** Calendar day, 2026-03-31. */
      from?: string
      /** Calendar day, 2026-03-31. */
      until?: string
      after?: string
      limit?: number
    }
    answer: {
      cases: Array<CaseLine>
      unread: number
      next: string | null
    }
  }
  /** Absences of a month */
  'GET /{pib}/calendar': {
    params: {
      pib: string
    }
    query: {
      month: string
    }
    body: undefined
    answer: {
      month: string
      rows: Array<{
        leave: string
        employee: Employee
        category: 'illness' | 'care' | 'child'
        /** Calendar day, 2026-03-31. */
        from: string
        /** Calendar day, 2026-03-31. */
        until: string
        state: 'open' | 'closed' | 'cancelled'
        paid: Array<{
          /** Calendar day, 2026-03-31. */
          from: string
          /** Calendar day, 2026-03-31. */
          until: string
          payer: 'employer' | 'fund'
        }>
      }>
      more: boolean
    }
  }
  /** Certificates and reports as a file, XML or CSV */
  'POST /documents': {
    params: {}
    query: {}
    body: {
      format: 'xml' | 'csv'
      /** Tax number of the employer. */
      pib?: string
      leaves?: Array<string>
      /** Calendar day, 2026-03-31. */
      from?: string
      /** Calendar day, 2026-03-31. */
      until?: string
    }
    answer: Response
  }
  /** The XML schema of the documents */
  'GET /schema/employer-documents.xsd': {
    params: {}
    query: {}
    body: undefined
    answer: Response
  }
  /** Say that leaves have been dealt with, up to the event that was seen, or take it back */
  'POST /{pib}/marks': {
    params: {
      pib: string
    }
    query: {}
    body: {
      leaves: Array<{
        leave: string
        seq: number
      }>
      done: boolean
    }
    answer: {
      marked: number
    }
  }
  /** What the registers name you as representative of */
  'GET /registration': {
    params: {}
    query: {}
    body: undefined
    answer: {
      employers: Array<{
        /** Tax number of the employer. */
        pib: string
        name: string
        register: 'companies' | 'state-bodies'
        capacity: 'representative' | 'authorised'
        isRegistered: boolean
      }>
    }
  }
  /** Register an employer that you represent */
  'POST /registration': {
    params: {}
    query: {}
    body: {
      /** Tax number of the employer. */
      pib: string
    }
    answer: Joined
  }
  /** Accept an invitation with its code */
  'POST /invitations': {
    params: {}
    query: {}
    body: {
      code: string
    }
    answer: Joined
  }
  /** Who acts for an employer, and who did */
  'GET /{pib}/members': {
    params: {
      pib: string
    }
    query: {}
    body: undefined
    answer: {
      members: Array<{
        member: string
        name: string
        role: 'administrator' | 'operator' | 'viewer' | 'signer'
        since: string
        until: string | null
        by: string
        byRegister: boolean
        isYou: boolean
      }>
      invitations: Array<{
        id: string
        role: 'administrator' | 'operator' | 'viewer' | 'signer'
        note: string
        by: string
        at: string
        expiresAt: string
      }>
    }
  }
  /** Give a member another role */
  'PUT /{pib}/members/{member}': {
    params: {
      pib: string
      member: string
    }
    query: {}
    body: {
      role: 'administrator' | 'operator' | 'viewer' | 'signer'
    }
    answer: unknown
  }
  /** End it, from the next question on */
  'DELETE /{pib}/members/{member}': {
    params: {
      pib: string
      member: string
    }
    query: {}
    body: undefined
    answer: unknown
  }
  /** Invite somebody; the code is answered this once */
  'POST /{pib}/invitations': {
    params: {
      pib: string
    }
    query: {}
    body: {
      role: 'administrator' | 'operator' | 'viewer' | 'signer'
      note: string
    }
    answer: {
      id: string
      code: string
      expiresAt: string
    }
  }
  /** End it, from the next question on */
  'DELETE /{pib}/invitations/{id}': {
    params: {
      pib: string
      id: string
    }
    query: {}
    body: undefined
    answer: unknown
  }
  /** Mandates held as agency and given as client */
  'GET /{pib}/mandates': {
    params: {
      pib: string
    }
    query: {}
    body: undefined
    answer: {
      held: Array<MandateLine>
      given: Array<MandateLine>
    }
  }
  /** Give an agency a mandate */
  'POST /{pib}/mandates': {
    params: {
      pib: string
    }
    query: {}
    body: {
      /** Tax number of the employer. */
      agency: string
      role: 'operator' | 'signer' | 'viewer'
      number: string
      /** Calendar day, 2026-03-31. */
      until?: string
    }
    answer: {
      id: string
    }
  }
  /** Say yes to a mandate that an agency asked for */
  'POST /{pib}/mandates/{id}/confirmation': {
    params: {
      pib: string
      id: string
    }
    query: {}
    body: undefined
    answer: unknown
  }
  /** End it, from the next question on */
  'DELETE /{pib}/mandates/{id}': {
    params: {
      pib: string
      id: string
    }
    query: {}
    body: undefined
    answer: unknown
  }
  /** Mandates of many clients by one CSV */
  'POST /{pib}/mandate-file': {
    params: {
      pib: string
    }
    query: {}
    body: {
      content: string
      keepGood?: boolean
    }
    answer: {
      lines: number
      active: number
      waiting: number
      known: number
      isStored: boolean
      errors: Array<{
        line: number
        field: string
        sr: string
        en: string
      }>
    }
  }
  /** Where an employer is told */
  'GET /{pib}/channels': {
    params: {
      pib: string
    }
    query: {}
    body: undefined
    answer: {
      channels: Array<ChannelLine>
    }
  }
  /** Be told from now on: a webhook or an e-mail address */
  'POST /{pib}/channels': {
    params: {
      pib: string
    }
    query: {}
    body: {
      kind: 'webhook' | 'email'
      address: string
      content?: 'full' | 'notice'
      clients?: boolean
    }
    answer: {
      id: string
    }
  }
  /** Confirm an e-mail address with the code that was sent to it */
  'POST /{pib}/channels/{id}/confirmation': {
    params: {
      pib: string
      id: string
    }
    query: {}
    body: {
      code: string
    }
    answer: unknown
  }
  /** Have everything after a number pushed once more */
  'POST /{pib}/channels/{id}/replay': {
    params: {
      pib: string
      id: string
    }
    query: {}
    body: {
      /** Tax number of the employer. */
      pib?: string
      after?: number
    }
    answer: {
      streams: number
    }
  }
  /** Post the signed test to a webhook once more */
  'POST /{pib}/channels/{id}/test': {
    params: {
      pib: string
      id: string
    }
    query: {}
    body: undefined
    answer: unknown
  }
  /** End it, from the next question on */
  'DELETE /{pib}/channels/{id}': {
    params: {
      pib: string
      id: string
    }
    query: {}
    body: undefined
    answer: unknown
  }
  /** Payroll systems of an employer */
  'GET /{pib}/systems': {
    params: {
      pib: string
    }
    query: {}
    body: undefined
    answer: {
      systems: Array<{
        client: string
        name: string
        role: 'administrator' | 'operator' | 'viewer' | 'signer'
        since: string
      }>
    }
  }
  /** Let a payroll system in; without a key set of its own the private key is answered this once */
  'POST /{pib}/systems': {
    params: {
      pib: string
    }
    query: {}
    body: {
      name: string
      role: 'viewer' | 'operator' | 'signer'
      jwks?: PublicKeys
    }
    answer: {
      client: string
      name: string
      scope: string
      privateKey: Record<string, unknown> | null
    }
  }
  /** End it, from the next question on */
  'DELETE /{pib}/systems/{id}': {
    params: {
      pib: string
      id: string
    }
    query: {}
    body: undefined
    answer: unknown
  }
  /** What waits for the employer’s hand over all that you act for, the nearest last day first */
  'GET /work': {
    params: {}
    query: {
      pib?: string
      what?: 'expected' | 'draft' | 'incomplete' | 'paid' | 'returning'
      overdue?: 'true' | 'false'
    }
    body: undefined
    answer: {
      /** Calendar day, 2026-03-31. */
      today: string
      lines: Array<{
        what: 'expected' | 'draft' | 'incomplete' | 'paid' | 'returning'
        /** Tax number of the employer. */
        pib: string
        name: string
        leave: string
        employee: PersonName
        /** Calendar day, 2026-03-31. */
        from: string
        /** Calendar day, 2026-03-31. */
        until: string
        due: string | null
        request: {
          id: string
          number: string
        } | null
      }>
      more: boolean
      counts: Array<{
        what: 'expected' | 'draft' | 'incomplete' | 'paid' | 'returning'
        count: number
        overdue: number
      }>
    }
  }
  /** Requests of all that you act for, what changed last first */
  'GET /requests': {
    params: {}
    query: {}
    body: undefined
    answer: {
      /** Calendar day, 2026-03-31. */
      today: string
      requests: Array<{
        /** Tax number of the employer. */
        pib: string
        name: string
        id: string
        number: string
        kind: 'compensation' | 'refund'
        leave: string
        employee: PersonName
        /** Calendar day, 2026-03-31. */
        from: string
        /** Calendar day, 2026-03-31. */
        until: string
        state: 'draft' | 'submitted' | 'incomplete' | 'in-process' | 'proposed' | 'calculated' | 'rejected' | 'paid' | 'confirmed' | 'returning' | 'returned' | 'withdrawn'
        due: string | null
        total: number | null
      }>
      more: boolean
    }
  }
  /** Days at the Fund’s cost, by the reports, that nobody has asked for yet */
  'GET /{pib}/requests/expected': {
    params: {
      pib: string
    }
    query: {}
    body: undefined
    answer: {
      expected: Array<{
        leave: string
        employee: PersonName
        /** Calendar day, 2026-03-31. */
        from: string
        /** Calendar day, 2026-03-31. */
        until: string
        days: number
      }>
    }
  }
  /** Lists of calculation and of refund as one table */
  'GET /{pib}/requests/lists.csv': {
    params: {
      pib: string
    }
    query: {
      kind?: 'compensation' | 'refund'
    }
    body: undefined
    answer: Response
  }
  /** Requests, what changed last first */
  'GET /{pib}/requests': {
    params: {
      pib: string
    }
    query: {}
    body: undefined
    answer: {
      requests: Array<CompensationRequest>
    }
  }
  /** Write a request as a draft */
  'POST /{pib}/requests': {
    params: {
      pib: string
    }
    query: {}
    body: {
      id?: string
      kind: 'compensation' | 'refund'
      leave: string
      /** Calendar day, 2026-03-31. */
      from: string
      /** Calendar day, 2026-03-31. */
      until: string
      /** Calendar day, 2026-03-31. */
      payoutDay?: string
      account?: string
      /** Hundredths of hours from Monday to Sunday. */
      week?: Array<number>
      monthsWithoutWage?: Array<string>
      note?: string
    }
    answer: CompensationRequest
  }
  /** One request: where it stands, what is missing, the list of calculation once it is there */
  'GET /{pib}/requests/{request}': {
    params: {
      pib: string
      request: string
    }
    query: {}
    body: undefined
    answer: CompensationRequest
  }
  /** Write a draft anew */
  'PUT /{pib}/requests/{request}': {
    params: {
      pib: string
      request: string
    }
    query: {}
    body: {
      /** Calendar day, 2026-03-31. */
      from: string
      /** Calendar day, 2026-03-31. */
      until: string
      /** Calendar day, 2026-03-31. */
      payoutDay?: string
      account?: string
      /** Hundredths of hours from Monday to Sunday. */
      week?: Array<number>
      monthsWithoutWage?: Array<string>
      note?: string
      seen?: number
    }
    answer: CompensationRequest
  }
  /** The request as a document to be signed, as PDF or XML: the same bytes until the request changes */
  'GET /{pib}/requests/{request}/form.{form}': {
    params: {
      pib: string
      request: string
      form: string
    }
    query: {
      language?: 'sr-Cyrl' | 'sr-Latn' | 'en'
    }
    body: undefined
    answer: Response
  }
  /** What was signed and submitted, as it came */
  'GET /{pib}/requests/{request}/signed': {
    params: {
      pib: string
      request: string
    }
    query: {}
    body: undefined
    answer: Response
  }
  /** Attach evidence, in base64, up to 5 MB */
  'POST /{pib}/requests/{request}/evidence': {
    params: {
      pib: string
      request: string
    }
    query: {}
    body: {
      kind: 'account-contract' | 'tax-return' | 'payment-proof' | 'statement' | 'other'
      name: string
      type: string
      content: string
    }
    answer: CompensationRequest
  }
  /** Submit (act is submission), withdraw (withdrawal, with why), confirm that the employee has the money (confirmation, with on) */
  'POST /{pib}/requests/{request}/{act}': {
    params: {
      pib: string
      request: string
      act: string
    }
    query: {}
    body: {
      seen?: number
      why?: string
      /** Calendar day, 2026-03-31. */
      on?: string
      signature?: {
        certificate: string
        value: string
      }
      /** The form as it was signed, in base64: the PDF with its signature (PAdES), or a detached one (CAdES, .p7s), up to 3 MB. */
      signed?: string
    }
    answer: CompensationRequest
  }
  /** Earnings of the person of one leave: which of the twelve months are missing, and every version given */
  'GET /{pib}/leaves/{leave}/earnings': {
    params: {
      pib: string
      leave: string
    }
    query: {}
    body: undefined
    answer: {
      months: Array<string>
      missing: Array<string>
      rows: Array<{
        month: string
        version: number
        hours: string
        net: string
        gross: string
        /** Calendar day, 2026-03-31. */
        paidOn: string
        source: 'form' | 'csv' | 'xml'
        givenAt: string
      }>
    }
  }
  /** Give earnings of the person of one leave; amounts are text, with a comma or a point */
  'PUT /{pib}/leaves/{leave}/earnings': {
    params: {
      pib: string
      leave: string
    }
    query: {}
    body: {
      rows: Array<{
        month: string
        hours: string
        net: string
        gross: string
        paid: string
      }>
    }
    answer: EarningsOutcome
  }
  /** Earnings by file: CSV, or XML by /sickleave/schemas/earnings.xsd */
  'POST /{pib}/earnings': {
    params: {
      pib: string
    }
    query: {
      mode?: 'all' | 'good'
      check?: 'true' | 'false'
    }
    body: string | Uint8Array
    answer: EarningsOutcome
  }
  /** Objections of all that you act for, what changed last first */
  'GET /objections': {
    params: {}
    query: {}
    body: undefined
    answer: {
      /** Calendar day, 2026-03-31. */
      today: string
      objections: Array<{
        id: string
        number: string
        kind: 'assessment' | 'control' | 'correction' | 'calculation'
        leave: string
        request: string | null
        employee: PersonName
        state: 'open' | 'accepted' | 'rejected' | 'withdrawn'
        madeAt: string
        /** Calendar day, 2026-03-31. */
        due: string
        endedAt: string | null
        /** Tax number of the employer. */
        pib: string
        name: string
      }>
      more: boolean
    }
  }
  /** Objections and how they ended, never who decided */
  'GET /{pib}/objections': {
    params: {
      pib: string
    }
    query: {}
    body: undefined
    answer: Objections
  }
  /** Object to an assessment or a sum, ask for a control or a correction */
  'POST /{pib}/objections': {
    params: {
      pib: string
    }
    query: {}
    body: {
      kind: 'assessment' | 'control' | 'correction' | 'calculation'
      leave: string
      request?: string
      text: string
    }
    answer: Objection
  }
  /** Withdraw an objection */
  'POST /{pib}/objections/{objection}/withdrawal': {
    params: {
      pib: string
      objection: string
    }
    query: {}
    body: {
      why: string
    }
    answer: Objections
  }
}
