import { createContext, type ReactNode, use, useCallback, useMemo, useRef, useState } from 'react'
import { Dialog, Popover } from 'react-aria-components'
import type { Source } from '../../record/wire.ts'
import { formatMoment } from './format.ts'
import { Icon } from './Icon.tsx'
import { useData, useLanguage, useSay } from './language.tsx'
import { sources } from './words.ts'

type Shown = { source: Source; what: string; anchor: HTMLElement }
type Open = (source: Source, what: string, anchor: HTMLElement) => void

const OpenContext = createContext<Open>(() => {})

/** One popover serves the whole page: a record has some thousand items, and each can show its source. */
export function SourceProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown | null>(null)
  const anchor = useRef<HTMLElement | null>(null)
  const open = useCallback<Open>((source, what, element) => {
    anchor.current = element
    setShown({ source, what, anchor: element })
  }, [])
  const popover = useMemo(
    () =>
      shown && (
        <Popover className="popover" triggerRef={anchor} isOpen onOpenChange={(isOpen) => !isOpen && setShown(null)} placement="bottom">
          <SourceCard source={shown.source} what={shown.what} />
        </Popover>
      ),
    [shown],
  )
  return (
    <OpenContext value={open}>
      {children}
      {popover}
    </OpenContext>
  )
}

/** Lets a whole cell or row open the popover where an (i) button of its own would be too much. */
export const useSource = () => use(OpenContext)

/** The (i) button of an item. */
export function SourceButton({ source, what }: { source: Source; what: string }) {
  const open = use(OpenContext)
  const say = useSay()
  return (
    <button
      type="button"
      className="icon-button source"
      aria-haspopup="dialog"
      aria-label={say(sources.show, { what })}
      onClick={(event) => open(source, what, event.currentTarget)}
    >
      <Icon name="info" />
    </button>
  )
}

function SourceCard({ source, what }: { source: Source; what: string }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const version = source.version > 1 ? say(sources.corrected, { version: source.version }) : String(source.version)
  return (
    <Dialog className="dialog" aria-label={say(sources.show, { what })}>
      <dl className="facts">
        <dt>{say(sources.institution)}</dt>
        <dd className="strong">{data(source.institution)}</dd>
        <dt>{say(sources.author)}</dt>
        <dd>{source.author ? data(source.author) : <span className="unrecorded">{say(sources.noAuthor)}</span>}</dd>
        {source.at && (
          <>
            <dt>{say(sources.at)}</dt>
            <dd className="num">{formatMoment(language, source.at)}</dd>
          </>
        )}
        <dt>{say(sources.receivedAt)}</dt>
        <dd className="num">{formatMoment(language, source.receivedAt, { seconds: true })}</dd>
        <dt>{say(sources.version)}</dt>
        <dd className="num">{version}</dd>
        <dt>{say(sources.resource)}</dt>
        <dd className="small">{source.resource}</dd>
      </dl>
    </Dialog>
  )
}
