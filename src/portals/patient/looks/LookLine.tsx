import type { ReactNode } from 'react'
import type { Me } from '../../../access/wire.ts'
import type { Look } from '../../../audit/wire.ts'
import { formatDate, formatTime } from '../../shared/format.ts'
import { Icon, type IconName } from '../../shared/Icon.tsx'
import { type Say, useData, useLanguage, useSay } from '../../shared/language.tsx'
import { resourceWords } from '../../shared/words.ts'
import { lookBases, looks as words, lookThings, roleWords } from '../words.ts'
import { circleOf, isOwn, kindOf } from './model.ts'

const kinds = { read: words.read, search: words.search, write: words.write, denied: words.refused, visit: words.visit, system: words.system }
const icons: Record<Look['kind'], IconName> = { read: 'eye', search: 'search', write: 'document', denied: 'lock', visit: 'card', system: 'waiting' }

/** One look in plain sentences: who, where, when, on what basis, and what was opened. */
export function LookLine({ look, me, children }: { look: Look; me: Pick<Me, 'name'>; children?: ReactNode }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const own = isOwn(look, me)
  const role = circleOf(look, me) === 'employers' ? roleWords.employer : roleWords[look.role as keyof typeof roleWords]
  const where = [look.unit, look.institution]
    .filter((name) => name !== null && name !== look.who)
    .map((name) => data(name ?? ''))
    .join(', ')
  return (
    <li className={look.allowed ? 'look' : 'look refused'}>
      <span className="look-icon">
        <Icon name={icons[look.kind]} />
      </span>
      <div>
        <p className="soft num">
          {formatDate(language, look.at)} {say(words.at, { time: formatTime(look.at) ?? '' })}
          {look.count > 1 && <> · {say(words.times, { count: look.count })}</>}
        </p>
        <p>
          {say(kinds[look.kind])}: <strong>{own ? say(words.you) : data(look.who)}</strong>
          {!own && role && <span className="soft"> ({say(role)})</span>}
          {where && <>, {where}</>}.
        </p>
        <p>{[basisOf(look, say, data), reasonOf(look, say, data), openedOf(look, say, data)].filter(Boolean).join(' ')}</p>
        {children}
      </div>
    </li>
  )
}

function basisOf(look: Look, say: Say, data: (text: string) => string): string {
  if (!look.basis) return ''
  const word = lookBases[look.basis as keyof typeof lookBases]
  return say(words.basis, { basis: word ? say(word) : data(look.basis).replace(/\.$/, '') })
}

function reasonOf(look: Look, say: Say, data: (text: string) => string): string {
  return look.reason ? say(words.reason, { reason: data(look.reason).replace(/\.$/, '') }) : ''
}

function openedOf(look: Look, say: Say, data: (text: string) => string): string {
  if (!look.allowed) return say(words.nothingOpened)
  if (look.kind === 'visit' || look.what.length === 0) return ''
  const what = look.what.map((type) => wordOf(type, say, data))
  return say(look.kind === 'write' || look.basis === 'own-chart' ? words.written : words.opened, { what: [...new Set(what)].join(', ') })
}

function wordOf(logged: string, say: Say, data: (text: string) => string): string {
  const type = kindOf(logged)
  const word = resourceWords[type as keyof typeof resourceWords] ?? lookThings[type as keyof typeof lookThings]
  return word ? say(word) : data(type)
}
