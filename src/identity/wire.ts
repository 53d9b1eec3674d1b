// What identity tells the portals.

/** One line of the finder. Demographics are masked unless the reader already has a basis. */
export type FoundPerson = {
  id: string
  family: string
  given: string
  parent: string | null
  birthDate: string | null
  sex: 'male' | 'female' | 'other' | 'unknown'
  place: string | null
  /** Issued number in groups of four, or null while the identity is pending. */
  lzb: string | null
  temporaryNumber: string | null
  state: 'identified' | 'pending'
  /** The relation that opens the record for this reader, or null when there is none. */
  basis: { kind: string; until: string | null } | null
}

export type FinderAnswer = {
  people: FoundPerson[]
  /** How the query was also read, for example `djordjevic`. */
  foldedAs: string[]
  /** More than ten matched: ask for a more exact query. */
  more: boolean
}

/** `POST /identity/people/search` */
export type FinderQuestion = { query: string }

/** `POST /identity/visits`: the patient is present; card proof, or a number with the birth date. */
export type OpenVisit = { card: string; reason: string } | { number: string; birthDate: string; reason: string }
export type OpenedVisit = { person: string; until: string }
