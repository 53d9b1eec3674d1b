import type { LoaderFunctionArgs } from 'react-router'
import type { FoundPerson } from '../../identity/wire.ts'
import type { Leaves, OfflineCertificates, ReportsDue } from '../../sickleave/wire.ts'
import type { DocumentView, Overview, VisitView } from '../../record/wire.ts'
import { get } from '../shared/api.ts'

// Loaders return promises without waiting for them: the page appears at once with an empty layout, and the data fills it.

export const homeLoader = () => ({ mine: quiet(get<{ people: FoundPerson[] }>('/identity/mine')) })

export const recordLoader = ({ params }: LoaderFunctionArgs) => ({
  overview: quiet(get<Overview>(`/record/people/${encodeURIComponent(params.person ?? '')}/overview`)),
})

export const documentLoader = ({ params }: LoaderFunctionArgs) => ({
  document: quiet(get<DocumentView>(`/record/people/${encodeURIComponent(params.person ?? '')}/documents/${encodeURIComponent(params.document ?? '')}`)),
})

export const leaveLoader = ({ params }: LoaderFunctionArgs) => {
  const person = encodeURIComponent(params.person ?? '')
  return {
    about: quiet(
      Promise.all([
        get<Leaves>(`/sickleave/people/${person}/leaves`),
        // When the visit cannot be read, the form only has fewer fields filled in.
        get<VisitView>(`/record/people/${person}/visit`).catch(() => null),
      ]),
    ),
  }
}

export const reportsLoader = async () => {
  const [due, offline] = await Promise.all([get<ReportsDue>('/sickleave/due'), get<OfflineCertificates>('/sickleave/offline')])
  return { ...due, offline: offline.lines.filter(({ refused }) => refused !== null) }
}

/** The section that awaits the promise shows its rejection. Until the section is mounted, the rejection must not count as unhandled. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

export const loadRecordPage = () => import('./record/RecordPage.tsx')
