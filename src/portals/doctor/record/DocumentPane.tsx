import { Suspense, useCallback, useEffect, useLayoutEffect, useRef } from 'react'
import { Await, useAsyncError, useLoaderData, useNavigate, useOutletContext, useParams, useRevalidator } from 'react-router'
import type { DocumentView } from '../../../record/wire.ts'
import { formatDate } from '../../shared/format.ts'
import { Icon } from '../../shared/Icon.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { useShortcuts } from '../../shared/shortcuts.ts'
import { SourceButton } from '../../shared/Source.tsx'
import { Trouble } from '../../shared/Trouble.tsx'
import { shell } from '../../shared/words.ts'
import type { documentLoader } from '../loaders.ts'
import { DocumentText } from '../../shared/DocumentText.tsx'
import type { PaneOutlet } from './Record.tsx'
import { documentStatuses, viewer } from './words.ts'

/** One document in the right half; the list and the banner stay. J and K go to the next and the previous document, P prints, Esc closes. */
export function DocumentPane() {
  const say = useSay()
  const { document: id = '' } = useParams()
  const { document: loading } = useLoaderData<typeof documentLoader>()
  const { documents, overview } = useOutletContext<PaneOutlet>()
  const navigate = useNavigate()
  const record = `/people/${encodeURIComponent(overview.person.id)}`
  const at = documents.indexOf(id)
  const step = useCallback(
    (by: 1 | -1) => {
      const next = documents[at + by]
      if (next !== undefined) void navigate(`${record}/documents/${encodeURIComponent(next)}`, { replace: true, preventScrollReset: true })
    },
    [documents, at, navigate, record],
  )
  const close = useCallback(() => void navigate(record, { preventScrollReset: true }), [navigate, record])
  useShortcuts({ KeyJ: () => step(1), KeyK: () => step(-1), KeyP: () => print(), Escape: close })
  const pane = useUnderBanner()
  return (
    <aside className="pane" aria-label={say(viewer.label)} ref={pane}>
      <PaneBar at={at} count={documents.length} onStep={step} onClose={close} />
      <Suspense
        key={id}
        fallback={
          <p className="pane-text late" role="status">
            {say(viewer.loading)}
          </p>
        }
      >
        <Await resolve={loading} errorElement={<PaneTrouble />}>
          {(view) => <Shown view={view} />}
        </Await>
      </Suspense>
    </aside>
  )
}

type PaneBarOf = { at: number; count: number; onStep(by: 1 | -1): void; onClose(): void }

function PaneBar({ at, count, onStep, onClose }: PaneBarOf) {
  const say = useSay()
  return (
    <div className="pane-bar">
      <button type="button" className="icon-button" disabled={at <= 0} onClick={() => onStep(-1)}>
        <span className="only-read">{say(viewer.previous)} </span>
        <Icon name="previous" />
        <kbd>K</kbd>
      </button>
      <button type="button" className="icon-button" disabled={at === -1 || at >= count - 1} onClick={() => onStep(1)}>
        <span className="only-read">{say(viewer.next)} </span>
        <Icon name="next" />
        <kbd>J</kbd>
      </button>
      {at >= 0 && (
        <span className="num soft">
          {at + 1} / {count}
        </span>
      )}
      <span className="space" />
      <button type="button" className="icon-button" onClick={() => print()}>
        <span className="only-read">{say(viewer.print)} </span>
        <Icon name="print" />
        <kbd>P</kbd>
      </button>
      <button type="button" className="icon-button" onClick={onClose}>
        <span className="only-read">{say(shell.close)} </span>
        <Icon name="close" />
        <kbd>Esc</kbd>
      </button>
    </div>
  )
}

/** Places the pane's top at the end of the banner, also while the bar above the banner has not yet scrolled away. */
function useUnderBanner() {
  const pane = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const place = () => {
      const banner = document.querySelector('.banner')?.getBoundingClientRect()
      pane.current?.style.setProperty('--pane-top', `${Math.max(0, Math.round(banner?.bottom ?? 0))}px`)
    }
    place()
    addEventListener('scroll', place, { passive: true })
    addEventListener('resize', place)
    return () => {
      removeEventListener('scroll', place)
      removeEventListener('resize', place)
    }
  }, [])
  return pane
}

function PaneTrouble() {
  const revalidator = useRevalidator()
  return (
    <div className="pane-text">
      <Trouble error={useAsyncError()} takesFocus onRetry={() => void revalidator.revalidate()} />
    </div>
  )
}

function Shown({ view }: { view: DocumentView }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus({ preventScroll: true }), [view.id])
  const status = documentStatuses[view.status as keyof typeof documentStatuses]
  return (
    <article className="pane-text">
      <header>
        <h2 ref={title} tabIndex={-1}>
          {data(view.title)}
        </h2>
        <p className="soft">
          {data(view.institution)}
          {view.at && (
            <>
              {' '}
              · <span className="num">{formatDate(language, view.at)}</span>
            </>
          )}
          {view.author && <> · {data(view.author)}</>}
          {' · '}
          {say(view.version > 1 ? viewer.correctedVersion : viewer.version, { version: view.version })}
          {' · '}
          {say(viewer.status, { status: status ? say(status) : view.status })}
          <SourceButton source={view.source} what={data(view.title)} />
        </p>
      </header>
      <DocumentText view={view} level={3} />
    </article>
  )
}
