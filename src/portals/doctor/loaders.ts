import type { LoaderFunctionArgs } from 'react-router'
import type { FoundPerson } from '../../identity/wire.ts'
import type { Leaves, OfflineCertificates, ReportsDue } from '../../sickleave/wire.ts'
import type { DocumentView, Overview, VisitView } from '../../record/wire.ts'
import { get } from '../shared/api.ts'

// Loaders hand out promises instead of waiting for them: the page with its empty layout stands at once, the data fills it.

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
        // Without the visit the form is only emptier.
        get<VisitView>(`/record/people/${person}/visit`).catch(() => null),
      ]),
    ),
  }
}

export const reportsLoader = async () => {
  const [due, offline] = await Promise.all([get<ReportsDue>('/sickleave/due'), get<OfflineCertificates>('/sickleave/offline')])
  return { ...due, offline: offline.lines.filter(({ refused }) => refused !== null) }
}

/** A rejected promise is shown by the section that awaits it; until that is mounted it must not count as unhandled. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

export const loadRecordPage = () => import('./record/RecordPage.tsx')
