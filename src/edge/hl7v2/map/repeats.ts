import type { Segment } from '../message.ts'

// A second segment of these with the same contents adds nothing. Lines of a text are excepted: two lines may well be equal.
const sayOnce = new Set(['EVN', 'PID', 'PV1', 'PV2', 'NK1', 'AL1', 'IAM', 'DG1', 'PR1', 'IN1', 'GT1', 'OBX', 'SPM'])
const isText = new Set(['', 'TX', 'FT', 'ST'])
const begins = new Set(['ORC', 'OBR', 'RXA', 'SPM'])

/** Segments that a sender wrote twice, apart from their set id. Without this a result or an allergy would be filed twice. */
export class Repeats {
  readonly found = new Set<Segment>()
  #ofPatient = new Set<string>()
  #ofOrder = new Set<string>()

  isOne(segment: Segment): boolean {
    const { name } = segment
    if (begins.has(name)) this.#ofOrder = new Set()
    if (!sayOnce.has(name) || (name === 'OBX' && isText.has(segment.raw(2)))) return false
    const said = saidBy(segment)
    if (name === 'PID' && !this.#ofPatient.has(said)) [this.#ofPatient, this.#ofOrder] = [new Set(), new Set()]
    const known = name === 'OBX' || name === 'SPM' ? this.#ofOrder : this.#ofPatient
    if (!known.has(said)) {
      known.add(said)
      return false
    }
    this.found.add(segment)
    return true
  }
}

function saidBy(segment: Segment): string {
  let said = segment.name
  // EVN lacks a set id: its first field is the event.
  for (let field = segment.name === 'EVN' ? 1 : 2; field <= segment.length; field++) said += `|${segment.raw(field)}`
  return said
}
