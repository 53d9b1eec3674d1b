// What access tells the portals about the person who is signed in.

export type Role =
  | 'doctor'
  | 'nurse'
  | 'laboratory'
  | 'patient'
  | 'employer'
  | 'fund'
  | 'fund-supervisor'
  | 'commission'
  | 'commission2'
  | 'operator'
  | 'ministry'
  | 'data-officer'

/** `GET /access/me` */
export type Me = {
  id: string
  name: string
  roles: Role[]
  institution: string | null
  unit: string | null
  /** Handle of the person whose record this citizen holds, and of those this citizen represents. */
  person: string | null
  represents: { person: string; name: string }[]
  /** Sent back in the header `x-spona-csrf` with every request that is not a GET. */
  csrf: string
  demo: boolean
}

/** Body of every 403: the reason and what would open it. */
export type Denied = { reason: string; opens: string[] }

/** `GET /access/claims`: encounters in progress that a system reported for this doctor. `POST /access/claims/:id/confirmation` opens the visit. */
export type Claim = { id: string; encounter: string; unit: number | null; at: string; expires: string }
export type Claims = { claims: Claim[] }
/** Answer of a confirmation. */
export type ConfirmedClaim = { until: string }

/** `POST /sign-out`: where the browser goes next. */
export type SignedOut = { to: string }
