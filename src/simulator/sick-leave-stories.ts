// What happens to each employee of the plan, told as the acts of the people who would do them: every list of the portals then has something to show.

import { createHash } from 'node:crypto'
import type { LeavePlan, Employee } from './sick-leave-plan.ts'
import type { Stage } from './sick-leaves.ts'

/** An act, `day` days after the first day of the plan (before it, when negative). */
export type Act = { day: number; play(stage: Stage): Promise<unknown> }
type Illness = { start: number; days: number; reason?: string; diagnosis: string; care?: object }

const commissionAfter = 29
const doctorDays = 30
const evidenceOf = (kind: string) => Buffer.from(`%PDF-1.4\n% ${kind}, пример\n%%EOF\n`).toString('base64')
const paper = (kind: string) => ({ kind, name: `${kind}.pdf`, type: 'application/pdf', content: evidenceOf(kind) })

/** The same id at every attempt, so that a run that was broken off finds what it has made. */
export function idOf(...names: (string | number)[]): string {
  const hex = createHash('sha256').update(names.join(' ')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

class Story {
  readonly acts: Act[] = []
  readonly leave: string
  readonly request: string
  readonly who: Employee
  readonly what: Illness

  constructor(who: Employee, what: Illness) {
    this.who = who
    this.what = what
    this.leave = idOf('leave', who.handle, what.start)
    this.request = idOf('request', who.handle, what.start)
  }

  at(day: number, play: Act['play']): this {
    this.acts.push({ day, play })
    return this
  }

  get last(): number {
    return this.what.start + this.what.days - 1
  }

  /** The doctor opens the leave. The commission approves the days beyond thirty. */
  opened(): this {
    const { start, days, reason = '01', diagnosis, care } = this.what
    const until = start + Math.min(days, doctorDays) - 1
    return this.at(start, (stage) => {
      const wish = { id: this.leave, from: stage.day(start), until: stage.day(until), reason, diagnosis, ...(care ? { care } : {}) }
      return stage.acts.openLeave(stage.as('doktor', start), this.who.handle, wish)
    })
  }

  referred(day = this.what.start + commissionAfter - 1): this {
    return this.at(day, (stage) => this.doctor(stage, day, 'referral', { until: stage.day(this.last), note: 'предложено даље лечење' }))
  }

  approved(): this {
    const day = this.what.start + commissionAfter
    return this.at(day, (stage) => {
      const wish = {
        decision: 'approved',
        until: stage.day(this.last),
        number: `${Math.abs(this.what.start)}/${stage.day(day).slice(0, 4)}`,
        finding: 'оправдано',
      }
      return stage.acts.decideLeave(stage.as('komisija', day), this.who.handle, this.leave, wish)
    })
  }

  reported(until = this.last): this {
    return this.at(until, (stage) => this.doctor(stage, until, 'report', { until: stage.day(until) }))
  }

  closed(): this {
    return this.at(this.last, (stage) => this.doctor(stage, this.last, 'closing', { until: stage.day(this.last), why: 'recovered' }))
  }

  doctor(stage: Stage, day: number, word: string, wish: object) {
    return stage.acts.changeLeave(stage.as('doktor', day), this.who.handle, this.leave, word, wish)
  }

  long(): this {
    return this.opened().referred().approved()
  }

  /** Fills in twelve months of earnings by the form OZ-7, then the request for the days that the Fund pays, with its evidence. */
  drafted(day: number, until = this.last): this {
    const { pib, account, clerk } = this.who
    const from = this.what.start + doctorDays
    return this.at(day, async (stage) => {
      const leave = await stage.knownAs(this.who, stage.day(this.what.start), day)
      await stage.acts.submitForm(stage.as(clerk, day), pib, leave, { rows: stage.earnings(stage.day(this.what.start)) })
      const wish = { id: this.request, kind: 'compensation', leave, from: stage.day(from), until: stage.day(until), payoutDay: stage.day(day - 1), account }
      await stage.acts.writeRequest(stage.as(clerk, day), pib, wish)
    })
  }

  submitted(day: number): this {
    const { pib, clerk } = this.who
    return this.drafted(day).at(day, async (stage) => {
      for (const kind of ['tax-return', 'account-contract']) await stage.acts.attachEvidence(stage.as(clerk, day), pib, this.request, paper(kind))
      await stage.acts.actOnRequest(stage.as(clerk, day), pib, this.request, 'submission', {})
    })
  }

  fund(day: number, who: string, word: string, wish: object = {}): this {
    return this.at(day, (stage) => stage.acts.decideRequest(stage.as(who, day), this.request, word, wish))
  }

  proposed(day: number, who = 'fond'): this {
    return this.at(day, async (stage) => {
      const file = await stage.acts.decideRequest(stage.as(who, day), this.request, 'calculation', {})
      const wish = { decision: 'pay', number: `88-${Math.abs(day)}`, why: 'захтев је потпун', calculation: file.calculation?.id }
      await stage.acts.decideRequest(stage.as(who, day), this.request, 'proposal', wish)
    })
  }

  paid(day: number): this {
    return this.proposed(day)
      .fund(day + 2, 'fond2', 'approval', { accept: true })
      .at(day + 3, async (stage) => {
        const { id, lines, total } = await stage.acts.makePayment(stage.as('fond', day + 3))
        await stage.acts.executePayment(stage.as('fond2', day + 4), id, { on: stage.day(day + 4), lines, total })
      })
  }

  objected(day: number, kind: string, text: string, more: object = {}): this {
    const { pib, clerk } = this.who
    return this.at(day, async (stage) => {
      const leave = await stage.knownAs(this.who, stage.day(this.what.start), day)
      return stage.acts.makeObjection(stage.as(clerk, day), pib, { kind, leave, text, ...more })
    })
  }
}

const child = { born: '2020-06-14', isChild: true, isSevere: false }

/** By the employee's place in the plan: first leaves that are over, then leaves in progress. */
const past: ((who: Employee) => Story)[] = [
  (who) => {
    const story = new Story(who, { start: -260, days: 60, diagnosis: 'S82.6' }).long().reported().closed()
    const day = story.last + 5
    const confirm = (stage: Stage) =>
      stage.acts.actOnRequest(stage.as(who.clerk, day + 12), who.pib, story.request, 'confirmation', { on: stage.day(day + 11) })
    return story
      .submitted(day)
      .paid(day + 5)
      .at(day + 12, confirm)
  },
  (who) => {
    const story = new Story(who, { start: -250, days: 45, diagnosis: 'M54.5' }).long().reported().closed()
    const day = story.last + 6
    return story
      .submitted(day)
      .fund(day + 4, 'fond', 'proposal', { decision: 'reject', number: '88-12', why: 'осигурање није било на снази' })
      .fund(day + 5, 'fond2', 'approval', { accept: true })
  },
  (who) => {
    const story = new Story(who, { start: -275, days: 45, diagnosis: 'K80.2' }).long().reported().closed()
    const day = story.last + 4
    return story
      .submitted(day)
      .paid(day + 5)
      .at(day + 24, async (stage) => {
        const order = { why: 'накнада није исплаћена запосленом', until: stage.day(day + 40) }
        const { request } = await stage.acts.decideRequest(stage.as('fond', day + 24), story.request, 'return-order', order)
        const { total, interest } = request.toReturn ?? { total: 0, interest: 0 }
        const back = { on: stage.day(day + 30), total, interest }
        await stage.acts.decideRequest(stage.as('fond', day + 30), story.request, 'money-returned', back)
      })
  },
  (who) => {
    const story = new Story(who, { start: -200, days: 10, diagnosis: 'J06.9' }).opened()
    return story.at(-199, (stage) => story.doctor(stage, -199, 'cancellation', { why: 'отворено погрешном лицу' }))
  },
  (who) => new Story(who, { start: -150, days: 7, reason: '06', diagnosis: 'J20.9', care: child }).opened().reported().closed(),
  (who) => {
    const wish = { reason: '02', diagnosis: 'S61.0', why: 'повреда је настала на раду' }
    const story = new Story(who, { start: -220, days: 20, reason: '01', diagnosis: 'S61.0' }).opened()
    const correct = (stage: Stage) => story.doctor(stage, -217, 'correction', { ...wish, from: stage.day(-220), until: stage.day(story.last) })
    return story.at(-217, correct).reported().closed()
  },
]

const present: Record<number, (who: Employee) => Story> = {
  1: (who) => new Story(who, { start: -27, days: 60, diagnosis: 'M54.5' }).opened().referred(-1),
  2: (who) => new Story(who, { start: -58, days: 50, diagnosis: 'I63.9' }).long().reported().closed().submitted(-4),
  3: (who) =>
    new Story(who, { start: -64, days: 50, diagnosis: 'S52.5' })
      .long()
      .reported()
      .closed()
      .submitted(-12)
      .fund(-8, 'fond', 'claim')
      .proposed(-6)
      .fund(-2, 'fond2', 'approval', { accept: true }),
  4: (who) =>
    new Story(who, { start: -50, days: 80, diagnosis: 'J45.9' })
      .long()
      .reported(-1)
      .drafted(-1, -1)
      .objected(-1, 'control', 'Молимо да се провери оправданост дужег одсуства.'),
  5: (who) =>
    new Story(who, { start: -70, days: 50, diagnosis: 'M75.1' })
      .long()
      .reported()
      .closed()
      .submitted(-18)
      .fund(-6, 'fond', 'return', { missing: 'Извод из пореске пријаве није читак.' }),
  6: (who) => {
    const story = new Story(who, { start: -90, days: 60, diagnosis: 'F32.1' }).long().reported().closed().submitted(-28).paid(-20)
    return story.objected(-16, 'calculation', 'У основ није ушао прековремени рад.', { request: story.request })
  },
  7: (who) =>
    new Story(who, { start: -40, days: 75, diagnosis: 'M51.1' })
      .long()
      .reported(-1)
      .objected(-10, 'assessment', 'Сматрамо да је одобрено време предуго за описане послове.'),
  8: (who) =>
    new Story(who, { start: -62, days: 45, diagnosis: 'N20.0' }).long().reported().closed().submitted(-15).fund(-9, 'fond2', 'claim').proposed(-3, 'fond2'),
}

/** All acts in the order of their days; acts of one day in the order in which the stories tell them. */
export function storiesOf({ employees, agency, clients }: LeavePlan): Act[] {
  const mandates: Act = {
    day: -400,
    play(stage) {
      const lines = clients.map(({ pib, number }) => `${pib};${number};signer;`)
      return stage.acts.mandateFile(stage.as('agencija', -400), agency, { content: ['pib;number;role;until', ...lines].join('\n') })
    },
  }
  const stories = employees.flatMap((who, place) => [past[place]?.(who), present[place]?.(who)].flatMap((story) => story?.acts ?? []))
  return [mandates, ...stories].sort((a, b) => a.day - b.day)
}
