// The types that the sandbox sends to vendors' programs, `edge certify` and the pages.

/** `POST /vendor/systems` */
export type SignedUp = {
  system: string
  institution: { mb: string; name: string }
  /** The word that the operator of a real centre would send by letter; `POST /bus/members/CODE/proof` takes it. */
  word: string
  next: string[]
}

type CheckShown = { check: string; passed: boolean; found: string; hint: string | null; seenBy: 'centre' | 'edge' }
export type ScenarioVerdict = { id: string; title: { sr: string; en: string }; passed: boolean; checks: CheckShown[] }

/** `POST /vendor/runs` */
export type RunBegun = {
  run: string
  protocol: string
  rules: string
  playedBy: 'script' | 'system'
  /** Reports are taken until this moment. */
  until: string
  scenarios: {
    id: string
    title: { sr: string; en: string }
    told: { sr: string; en: string }
    steps: ({ do: 'send'; name: string; content: string; expect: 'taken' | 'refused' } | { do: 'outage'; seconds: number })[]
  }[]
}

/** `POST /vendor/runs/:id/report` */
export type RunVerdict = {
  run: string
  passed: boolean
  /** Out of 100. */
  score: number
  isFinal: boolean
  scenarios: ScenarioVerdict[]
  certificate: string | null
}

export type CertificateShown = {
  id: string
  protocol: string
  run: string
  issuedAt: string
  expiresAt: string
  state: 'valid' | 'failing' | 'revoked' | 'expired'
  checkedAt: string | null
  reason: string | null
  jws: string
}
/** `GET /vendor/certificates/:id`, for anybody who has the number: what the certificate says, and whether it still holds. */
export type CertificateState = Omit<CertificateShown, 'jws' | 'run'> & Omit<CertificateClaims, 'iss' | 'jti' | 'iat' | 'exp' | 'scenarios'>
export type RunShown = {
  id: string
  protocol: string
  playedBy: 'script' | 'system'
  isRepeat: boolean
  rules: string
  beganAt: string
  endedAt: string | null
  score: number | null
  passed: boolean | null
  scenarios: ScenarioVerdict[]
}
export type SystemShown = {
  id: string
  institution: string
  mb: string
  vendor: string
  name: string
  version: string
  createdAt: string
  certificates: CertificateShown[]
  runs: RunShown[]
}
/** `GET /vendor/systems`, for operators. */
export type SystemsShown = { systems: (Omit<SystemShown, 'runs'> & { contact: string; lastRun: Omit<RunShown, 'scenarios'> | null })[] }

/** What a certificate says, signed by the centre. */
export type CertificateClaims = {
  iss: string
  jti: string
  iat: number
  exp: number
  vendor: string
  system: string
  systemVersion: string
  protocol: string
  playedBy: 'script' | 'system'
  rules: string
  scenarios: string[]
  score: number
}
