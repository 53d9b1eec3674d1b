import cluster from 'node:cluster'

/**
 * What one process of the server tells the others at once, by the leader that started them. A hint and never the only way: one that is starting
 * or dying hears nothing, so whoever waits for it looks by itself, too.
 */
type News = { spona: 'news'; names: string[] }

/** News of nearly the same moment travel as one message: a message costs as much as a small request. */
const gatherMs = 2
const untold = new Set<string>()
let hear: ((name: string) => void) | null = null

/** Sets what this process calls for each name that it hears. There is one listener, because a process has one world. */
export function hearOthers(heard: (name: string) => void): void {
  hear = heard
}

export function tellOthers(name: string): void {
  if (!isOneOf()) return
  if (untold.size === 0) setTimeout(tell, gatherMs)
  untold.add(name)
}

const isOneOf = (): boolean => cluster.isWorker || Object.keys(cluster.workers ?? {}).length > 0

function tell(): void {
  const news: News = { spona: 'news', names: [...untold] }
  untold.clear()
  if (cluster.isWorker) send(process, news)
  else passOn(news, null)
}

/** In the leader: passes news on to every process except the one that sent them. */
function passOn(news: News, from: number | null): void {
  for (const worker of Object.values(cluster.workers ?? {})) if (worker && worker.id !== from) send(worker.process, news)
}

/** Sending to a process that has just died is no error. */
function send(to: Pick<NodeJS.Process, 'send'>, news: News): void {
  to.send?.(news, undefined, undefined, () => {})
}

function take(news: unknown): news is News {
  if ((news as Partial<News> | null)?.spona !== 'news') return false
  for (const name of (news as News).names) hear?.(name)
  return true
}

/** Called in the leader, before it starts the others. */
export function passNews(): void {
  cluster.on('message', (worker, news: unknown) => void (take(news) && passOn(news, worker.id)))
}

/** Called in each of the others. */
export function takeNews(): void {
  process.on('message', take)
}
