// The displays of R4's own code systems for the most frequent codes. Many senders send a code alone, or repeat it as its display.
const v2 = 'http://terminology.hl7.org/CodeSystem/v2-'
const v3 = 'http://terminology.hl7.org/CodeSystem/v3-'

const tables: Record<string, Record<string, string>> = {
  // R4's common languages, and those of minorities here.
  'urn:ietf:bcp:47': {
    ar: 'Arabic',
    bs: 'Bosnian',
    de: 'German',
    en: 'English',
    es: 'Spanish',
    fr: 'French',
    hr: 'Croatian',
    hu: 'Hungarian',
    it: 'Italian',
    ro: 'Romanian',
    ru: 'Russian',
    sk: 'Slovak',
    sq: 'Albanian',
    sr: 'Serbian',
  },
  [`${v2}0007`]: {
    A: 'Accident',
    C: 'Elective',
    E: 'Emergency',
    L: 'Labor and Delivery',
    N: 'Newborn (Birth in healthcare facility)',
    R: 'Routine',
    U: 'Urgent',
  },
  [`${v2}0092`]: { R: 'Re-admission' },
  [`${v2}0301`]: {
    CLIP: 'Clinical laboratory Improvement Program. Allows for the ability to designate organization identifier as a “CLIP” assigned number (for labs). Used by US Department of Defense.',
    DNS: 'An Internet host name, in accordance with RFC 1035; or an IP address. Either in ASCII or as integers, with periods between components (“dotted” notation).',
    GUID: 'The DCE Universal Unique Identifier, in accordance with RFC 4122. Recommended format is 32 hexadecimal digits separated by hyphens, in the digit grouping 8-4-4-4-12',
    HCD: 'The CEN Healthcare Coding Scheme Designator',
    ISO: 'An International Standards Organization Object Identifier (OID), in accordance with ISO/IEC 8824. Formatted as decimal digits separated by periods; recommended limit of 64 characters',
  },
  [`${v2}0430`]: { A: 'Ambulance', C: 'Car', F: 'On foot', H: 'Helicopter', O: 'Other', P: 'Public Transport', U: 'Unknown' },
  'http://terminology.hl7.org/CodeSystem/coverage-class': { group: 'Group', plan: 'Plan' },
  'http://terminology.hl7.org/CodeSystem/subscriber-relationship': {
    child: 'Child',
    common: 'Common Law Spouse',
    injured: 'Injured Party',
    other: 'Other',
    parent: 'Parent',
    self: 'Self',
    spouse: 'Spouse',
  },
  [`${v2}0131`]: {
    BP: 'Billing contact person',
    C: 'Emergency Contact',
    CP: 'Contact person',
    E: 'Employer',
    EP: 'Emergency contact person',
    I: 'Insurance Company',
    N: 'Next-of-Kin',
    O: 'Other',
    U: 'Unknown',
  },
  [`${v2}0136`]: { Y: 'Yes', N: 'No' },
  [`${v3}ActPriority`]: { EM: 'emergency', UR: 'urgent', EL: 'elective', R: 'routine', S: 'stat' },
  [`${v3}Confidentiality`]: { N: 'normal', R: 'restricted', V: 'very restricted' },
  [`${v3}ActCode`]: {
    DEMO: 'all demographic information sensitivity',
    LOCIS: 'location information sensitivity',
    HIV: 'HIV/AIDS information sensitivity',
    STD: 'sexually transmitted disease information sensitivity',
    PSY: 'psychiatry disorder information sensitivity',
    MST: 'military sexual trauma information sensitivity',
    PRS: 'patient requested information sensitivity',
    DIA: 'diagnosis information sensitivity',
    CEL: 'celebrity information sensitivity',
    PHY: 'physician requested information sensitivity',
    PERSISTLABEL: 'persist security label',
  },
  [`${v3}ObservationInterpretation`]: {
    A: 'Abnormal',
    AA: 'Critical abnormal',
    B: 'Better',
    D: 'Significant change down',
    DET: 'Detected',
    H: 'High',
    HH: 'Critical high',
    I: 'Intermediate',
    IND: 'Indeterminate',
    L: 'Low',
    LL: 'Critical low',
    N: 'Normal',
    ND: 'Not detected',
    NEG: 'Negative',
    POS: 'Positive',
    R: 'Resistant',
    S: 'Susceptible',
    U: 'Significant change up',
    W: 'Worse',
  },
  [`${v3}RoleCode`]: {
    BRO: 'brother',
    CHILD: 'child',
    CHLDFOST: 'foster child',
    ECON: 'emergency contact',
    EXT: 'extended family member',
    FRND: 'unrelated friend',
    FTH: 'father',
    GRNDCHILD: 'grandchild',
    GRPRN: 'grandparent',
    GUARD: 'guardian',
    MTH: 'mother',
    NCHILD: 'natural child',
    PRN: 'parent',
    SIB: 'sibling',
    SIS: 'sister',
    SPS: 'spouse',
    WARD: 'ward',
  },
}

// Maps, because in an object `constructor` would be found, and a look-up of a new name would make the engine keep the name for ever.
const displays = new Map(Object.entries(tables).map(([system, table]) => [system, new Map(Object.entries(table))]))

/** The display of a code. The sender's own display stays when we know none, or when it is more than the repeated code. */
export function displayOf(system: string | undefined, code: string | undefined, given?: string): string | undefined {
  if (given !== undefined && given !== code) return given
  return (system !== undefined && code !== undefined ? displays.get(system)?.get(code) : undefined) ?? given
}

/** A Coding with the display that its code system has for it. */
export const codingOf = (system: string, code: string): { system: string; code: string; display?: string } => {
  const display = displayOf(system, code)
  return display === undefined ? { system, code } : { system, code, display }
}
