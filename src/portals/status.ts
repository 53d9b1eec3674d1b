import type { FastifyReply, FastifyRequest } from 'fastify'
import { shortagesOf, type ShortReason } from '../platform/condition.ts'
import { toLatin } from '../platform/text.ts'
import { staticPage } from './static-page.ts'

type Words = { title: string; ok: string; degraded: string; since: string; reasons: Record<ShortReason, string> }

const cyrillic: Words = {
  title: 'Стање система',
  ok: 'Све ради како треба.',
  degraded: 'Радимо слабије:',
  since: 'од',
  reasons: {
    'database-away': 'Картон и магистрала привремено не одговарају; поруке које нису потврђене пошаљите поново.',
    'database-slow': 'Одговори стижу спорије него обично.',
    disk: 'Понестаје места: уписивање може бити одбијено, читање ради.',
    'audit-slow': 'Одговори касне јер се увиди уписују спорије.',
    'queue-old': 'Примљени документи касне у картон; ништа није изгубљено.',
    'seal-late': 'Печаћење дневника касни; размена ради.',
    'stamp-late': 'Временски жигови касне; размена ради.',
    'employers-away': 'Портал за послодавце привремено не одговара; документи чекају, ништа није изгубљено.',
  },
}
const english: Words = {
  title: 'State of the system',
  ok: 'Everything works as it should.',
  degraded: 'Degraded:',
  since: 'since',
  reasons: {
    'database-away': 'Record and bus do not answer for the moment; send again what was not confirmed.',
    'database-slow': 'Answers take longer than usual.',
    disk: 'Room is running out: writes may be refused, reads work.',
    'audit-slow': 'Answers are late because looks are written down more slowly.',
    'queue-old': 'Documents that were received reach the record late; nothing is lost.',
    'seal-late': 'The log is sealed late; exchange works.',
    'stamp-late': 'Time stamps are late; exchange works.',
    'employers-away': 'The employers’ side does not answer for the moment; documents wait, nothing is lost.',
  },
}
const latin: Words = {
  ...english,
  title: toLatin(cyrillic.title),
  ok: toLatin(cyrillic.ok),
  degraded: toLatin(cyrillic.degraded),
  since: toLatin(cyrillic.since),
  reasons: Object.fromEntries(Object.entries(cyrillic.reasons).map(([reason, text]) => [reason, toLatin(text)])) as Words['reasons'],
}
const languages: [string, Words][] = [
  ['sr-Cyrl', cyrillic],
  ['sr-Latn', latin],
  ['en', english],
]

/** `/status`, for everybody: whether all works, or what is late and since when. It names no figure, no address and no part of the system. */
export function statusAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  pageHeaders: (reply: FastifyReply) => FastifyReply,
  styleSheets: string[],
): FastifyReply {
  const shortages = shortagesOf(request.world)
  const accept = String(request.headers.accept ?? '')
  void reply.header('cache-control', 'no-store').header('vary', 'accept')
  if (!accept.includes('text/html')) {
    const reasons = shortages.map(({ reason, since }) => ({ reason, since: since.toISOString() }))
    return reply.send({ status: reasons.length === 0 ? 'ok' : 'degraded', at: request.world.now().toISOString(), reasons })
  }
  const parts = languages.map(([lang, words], at) => {
    const heading = at === 0 ? 'h1' : 'h2'
    const lines = shortages.map(
      ({ reason, since }) =>
        `<li>${words.reasons[reason]} <span class="soft num">${words.since} ${since.toISOString().slice(0, 16).replace('T', ' ')} UTC</span></li>`,
    )
    const said = lines.length === 0 ? `<p>${words.ok}</p>` : `<p>${words.degraded}</p><ul>${lines.join('')}</ul>`
    return `<section lang="${lang}"><${heading}>${words.title}</${heading}>${said}</section>`
  })
  return pageHeaders(reply).send(staticPage({ language: 'sr-Cyrl', title: 'Спона · Стање · Status', kind: 'landing', content: parts.join('\n') }, styleSheets))
}
