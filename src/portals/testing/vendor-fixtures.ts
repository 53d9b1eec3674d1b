import type { CertificateShown, CertificateState, RunShown, SignedUp, SystemShown, SystemsShown } from '../../vendor/wire.ts'

// An invented system of a vendor: one protocol certified, one suspended after a nightly repetition, one not passed.

const id = '0193709e-0000-7000-8000-00000000cccc'
const at = '2026-11-27T10:00:00.000Z'
const run: RunShown = {
  id: '0193709e-0000-7000-8000-00000000dddd',
  protocol: 'hl7v2',
  playedBy: 'script',
  isRepeat: false,
  rules: '2026.1',
  beganAt: at,
  endedAt: '2026-11-27T10:01:00.000Z',
  score: 100,
  passed: true,
  scenarios: [{ id: 'happy', title: { sr: 'Налаз новог пацијента', en: 'A finding of a new patient' }, passed: true, checks: [] }],
}
const failed: RunShown = {
  ...run,
  id: '0193709e-0000-7000-8000-00000000eeee',
  protocol: 'csv',
  score: 66,
  passed: false,
  isRepeat: true,
  scenarios: [
    {
      id: 'charset',
      title: { sr: 'Слова ЉЊЂЋЏЖШЧ у кодној страни установе', en: 'ЉЊЂЋЏЖШЧ in the code page of the house' },
      passed: false,
      checks: [
        { check: 'the patient is in the record once', passed: false, found: '0 patients', hint: 'Look at the quarantine of the edge.', seenBy: 'centre' },
      ],
    },
  ],
}
const certificate: CertificateShown = {
  id: '0193709e-0000-7000-8000-00000000ffff',
  protocol: 'hl7v2',
  run: run.id,
  issuedAt: at,
  expiresAt: '2027-11-27T10:00:00.000Z',
  state: 'valid',
  checkedAt: '2026-11-28T01:00:00.000Z',
  reason: null,
  jws: 'eyJ.eyJ.x',
}
const suspended: CertificateShown = {
  ...certificate,
  id: '0193709e-0000-7000-8000-00000000fffe',
  protocol: 'csv',
  state: 'failing',
  reason: 'the repetition failed: charset',
}

export const signedUp: SignedUp = { system: id, institution: { mb: '98000019', name: 'Пробна установа: АКМЕ ЛИС' }, word: 'ABCD-EFGH', next: [] }
export const systemShown: SystemShown = {
  id,
  institution: 'Пробна установа: АКМЕ ЛИС',
  mb: '98000019',
  vendor: 'АКМЕ д.о.о.',
  name: 'АКМЕ ЛИС',
  version: '4.2',
  createdAt: at,
  certificates: [certificate, suspended],
  runs: [failed, run],
}
const { scenarios: _scenarios, ...lastRun } = failed
const { runs: _runs, ...ofOperator } = systemShown
export const systemsShown: SystemsShown = { systems: [{ ...ofOperator, contact: 'it@acme.example', lastRun }] }

const { jws: _jws, run: _run, ...state } = suspended
export const certificateShown: CertificateState = {
  ...state,
  vendor: 'АКМЕ д.о.о.',
  system: 'АКМЕ ЛИС',
  systemVersion: '4.2',
  playedBy: 'script',
  rules: '2026.1',
  score: 100,
}
