/**
 * The names of all fields that an employer can get, one line for each kind of answer. A field that is not here is a finding, whatever its value is.
 * None of them could carry a diagnosis, a specialty, a doctor, a step of the commission or a limit.
 */
const byAnswer = [
  // Events and leaves.
  'events next seq at kind leave employee family given birthDate jmbg employer name pib mb issuer category from until isOpen document number version',
  'issuedAt signedAt days percent payer isLast employers role',
  // One line for each leave, the calendar, members, mandates, channels, systems, registration.
  // Then what waits: counts, and where it stands.
  'today lines counts count what overdue',
  'latest agency cases unread state isUnread doneBy doneAt paid more members invitations member since by byRegister isYou id note expiresAt held given',
  'agencyPib agencyName confirmedAt channels address content clients isConfirmed streams waiting parked trouble failingSince systems client after register',
  'capacity isRegistered scope privateKey marked active known isStored errors line field',
  // Files of documents, their schema, mails.
  'documents issued event last to subject made void',
  // Refusals.
  'coding system resourceType issue severity code diagnostics details text expression extension url valueString',
  // Requests.
  'about id state due nominal effective requests expected payoutDay account week monthsWithoutWage note waitsFor missing evidence code where sr srLatn en',
  'type bytes sha256 signature level by isQualified answer total paidOn confirmedOn toReturn interest steps',
  'signatureNeeded signer organization validUntil isRevocationKnown form digest monthWithoutWage',
  'list basePerHour lines sums hours gross net tax contributionsFrom contributionsOn objections request madeAt endedAt',
  // Earnings that the employer gave.
  'months rows month hours net gross source givenAt people stored unchanged errorCount row column wrong right',
  // Documents as XML.
  'content cause stretch count isVoid checkAt sealedAt isQualifiedSeal seal',
]
export const knownFields: ReadonlySet<string> = new Set(byAnswer.flatMap((line) => line.split(' ')))

const named = /"([A-Za-z]\w*)":|<([A-Za-z]\w*)[ >]/g
export const fieldsOf = (body: string): string[] => [...body.matchAll(named)].map(([, inJson, inXml]) => inJson ?? inXml ?? '')
