import { Link, useLoaderData } from 'react-router'
import type { DocumentView } from '../../../record/wire.ts'
import { DocumentText } from '../../shared/DocumentText.tsx'
import { formatLongDate } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { SourceButton } from '../../shared/Source.tsx'
import { Loaded } from '../Loaded.tsx'
import type { documentLoader } from '../loaders.ts'
import { usePersonPath } from '../person-path.ts'
import { useTitle } from '../../shared/use-title.ts'
import { record } from '../words.ts'

/** One document to read and to print. */
export function DocumentPage() {
  const say = useSay()
  const path = usePersonPath()
  const loaded = useLoaderData<typeof documentLoader>()
  useTitle(record.documents)
  if (!loaded) return null
  return (
    <div className="page patient-page document-page">
      <p className="back">
        <Link to={path('/record')}>
          <Icon name="previous" /> {say(record.back)}
        </Link>
      </p>
      <Loaded promise={loaded.document} lines={10}>
        {(view) => <Shown view={view} />}
      </Loaded>
    </div>
  )
}

function Shown({ view }: { view: DocumentView }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <article>
      <h1>{data(view.title)}</h1>
      <p className="soft with-source">
        <span>
          {[
            view.at && formatLongDate(language, view.at),
            data(view.institution),
            // A laboratory signs as the institution; its name is then shown only once.
            view.author && view.author !== view.institution && data(view.author),
            view.version > 1 && say(record.version, { version: view.version }),
          ]
            .filter(Boolean)
            .join(', ')}
        </span>
        <SourceButton source={view.source} what={data(view.title)} />
      </p>
      <DocumentText view={view} level={2} />
    </article>
  )
}
