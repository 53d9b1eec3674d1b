import { statfsSync } from 'node:fs'
import { connect } from 'node:net'
import type { Options, Print } from '../../platform/cli.ts'
import { sentenceOf } from '../../platform/cli.ts'
import { Centre, CentreSaysNo } from '../centre/centre.ts'
import { type KeyFile, readKeyFile } from '../centre/key-file.ts'
import { openLine } from '../centre/line.ts'
import { type Needed, rightTo } from '../centre/right.ts'
import { numbersLeft, yearAt } from '../certificates/numbers.ts'
import { keyDaysMin, type Status } from '../local/status.ts'
import { isTrouble, sentenceOn, troublesOf } from '../local/trouble.ts'
import { isLost } from '../local/unframed.ts'
import { type EdgeConfig, readConfig } from '../process/config.ts'
import type { Outside } from '../process/edge.ts'
import { Store } from '../store/store.ts'
import { withStore } from '../store/with-store.ts'
import { ofFolder, ofOut } from './doctor-folders.ts'
import { countOf, oldestOf } from '../store/tally.ts'

/** One check: whether all is well, what was found, and what to do. */
export type Finding = { check: string; ok: boolean; found: string; todo?: string }

const portTimeoutMs = 2000
const skewSecondsMax = 60

/** Checks everything that an edge needs and says in a sentence what is wrong and what to do; exit code 1 when something is wrong. */
export async function examine(outside: Outside, options: Options, print: Print): Promise<number> {
  const findings = await findingsOf(outside, String(options['config']))
  if (options['json']) print(JSON.stringify(findings))
  else for (const { check, ok, found, todo } of findings) print(`${ok ? 'well ' : 'WRONG'}  ${check}: ${found}${todo ? `\n       ${todo}` : ''}`)
  return findings.every(({ ok }) => ok) ? 0 : 1
}

export async function findingsOf(outside: Outside, file: string): Promise<Finding[]> {
  let config: EdgeConfig
  let key: KeyFile
  try {
    config = readConfig(file)
    key = readKeyFile(config.centre.key)
  } catch (error) {
    return [{ check: 'settings', ok: false, found: sentenceOf(error), todo: 'Mend the file, or let edge init write it.' }]
  }
  const findings: Finding[] = [{ check: 'settings', ok: true, found: `${file} and the key can be read` }]
  const line = openLine(config.centre)
  const centre = new Centre(outside, line, { url: config.centre.url, signs: config.centre.signs, key })
  try {
    findings.push(...(await ofCentre(config, centre)))
  } finally {
    line.end()
  }
  findings.push(ofDisk(config), ofStore(config, outside.now()))
  if (config.certificates !== undefined) findings.push(ofNumbers(config, outside.now()))
  for (const { name, host, port } of [...config.mllp, ...(config.rest === undefined ? [] : [config.rest]), statusPort(config)])
    findings.push(await ofPort(`port of ${name}`, host, port, 'Start the edge: npm run spona -- edge start. If it runs, another program has the port.'))
  findings.push(...(await ofUnframed(config)))
  for (const folder of config.folders) findings.push(...ofFolder(folder))
  for (const { service, to } of config.calls)
    findings.push(await ofPort(`service ${service}`, ...hostAndPort(to), `Start the system that answers ${service}, or mend calls in the settings.`))
  for (const inbound of config.inbound) findings.push(await ofInbound(inbound))
  findings.push(...(await ofUndelivered(config, outside.now())))
  return findings
}

/** Only the running edge knows who has tried its ports; the check of the ports says when it does not run. */
async function ofUnframed({ status }: EdgeConfig): Promise<Finding[]> {
  try {
    const answer = await fetch(`http://127.0.0.1:${status.port}/status.json`, { signal: AbortSignal.timeout(portTimeoutMs) })
    const { unframed } = (await answer.json()) as Status
    return unframed.map((one) => ({
      check: `frames of ${one.name}`,
      ok: !isLost(one),
      found: `${one.reason}: ${one.connections} connections, last ${one.lastAt}`,
      todo: one.hint,
    }))
  } catch {
    return []
  }
}

function hostAndPort(address: string): [string, number] {
  const { hostname, port, protocol } = new URL(address)
  return [hostname, Number(port || (protocol === 'https:' ? 443 : 80))]
}

/** The address that deliveries go to. While it is away nothing is lost, but nothing is delivered either. */
function ofInbound(settings: EdgeConfig['inbound'][number]): Finding | Promise<Finding> {
  const { name, url, host, port, folder } = settings
  const check = `inbound ${name}`
  if (folder !== undefined) return ofOut(check, folder)
  return ofPort(
    check,
    ...(url === undefined ? ([host, port as number] as const) : hostAndPort(url)),
    `Start the system that takes it, or mend inbound in the settings.`,
  )
}

/** Deliveries that were not taken, as the running edge last noted them. An unreadable store is reported by its own check. */
async function ofUndelivered(config: EdgeConfig, now: Date): Promise<Finding[]> {
  const troubles = await withStore(config.data, (store) => troublesOf({ store, config })).catch(() => [])
  return troubles.map((one) => ({
    check: `undelivered ${one.name ?? one.service}`,
    ok: !isTrouble(one, now),
    found: sentenceOn(one),
    todo: one.hint,
  }))
}

async function ofCentre(config: EdgeConfig, centre: Centre): Promise<Finding[]> {
  const since = performance.now()
  let known: { state: string; keys: { kid: string; validUntil: string }[] }
  try {
    const { json } = await centre.ask({ method: 'GET', path: `/bus/members/${config.member}`, isOpen: true })
    known = json as typeof known
  } catch (error) {
    if (error instanceof CentreSaysNo && error.status === 403) return [{ check: 'member', ok: false, found: sentenceOf(error), todo: notThisMember(config) }]
    return [
      {
        check: 'line',
        ok: false,
        found: `${sentenceOf(error)} (${config.centre.url})`,
        todo: 'Check network, address and certificate of the centre (centre.url, centre.ca, centre.signs).',
      },
    ]
  }
  const findings: Finding[] = [{ check: 'line', ok: true, found: `the centre answers and signs, in ${Math.round(performance.now() - since)} ms` }]
  const seconds = Math.round(centre.contact.skewMs / 1000)
  const isRight = Math.abs(seconds) <= skewSecondsMax
  findings.push({
    check: 'clock',
    ok: isRight,
    found: seconds === 0 ? 'agrees with the centre' : `${Math.abs(seconds)} seconds ${seconds > 0 ? 'behind' : 'ahead of'} the centre`,
    ...(isRight ? {} : { todo: 'Set the clock of this machine (NTP). Signatures are made by the centre’s time meanwhile.' }),
  })
  findings.push(ofKey(centre, known.keys), {
    check: 'member',
    ok: known.state === 'active',
    found: `${config.member} is ${known.state}`,
    ...(known.state === 'active' ? {} : { todo: 'npm run spona -- edge init says what is missing.' }),
  })
  if (known.state === 'active') {
    findings.push(await ofRight(centre, 'documents'))
    if (config.certificates !== undefined) findings.push(await ofRight(centre, 'certificates'))
  }
  return findings
}

const notThisMember = ({ member, centre }: EdgeConfig) =>
  `member in the settings is ${member}, and ${centre.key} must be the key that joined under this code: mend the one that is wrong.`

function ofKey(centre: Centre, keys: readonly { kid: string; validUntil: string }[]): Finding {
  const mine = keys.find(({ kid }) => kid === centre.key.kid)
  if (!mine)
    return {
      check: 'key',
      ok: false,
      found: 'the centre does not know this key any more',
      todo: 'The operator hands the institution a new code; join anew by edge init.',
    }
  const days = Math.floor((Date.parse(mine.validUntil) - centre.now().getTime()) / 86_400_000)
  const isLong = days >= keyDaysMin
  return {
    check: 'key',
    ok: isLong,
    found: `valid for ${days} days`,
    ...(isLong ? {} : { todo: `npm run spona -- edge key renew makes a new one while this one is valid.` }),
  }
}

async function ofRight(centre: Centre, service: Needed): Promise<Finding> {
  const check = service === 'documents' ? 'right' : 'right to certificates'
  const asks = 'npm run spona -- edge init asks for the contract, when its answers name certificates.'
  try {
    const { permit, sentence, todo } = await rightTo(centre, service)
    return { check, ok: permit, found: sentence, ...(permit ? {} : { todo: todo ?? asks }) }
  } catch (error) {
    return { check, ok: false, found: sentenceOf(error), todo: service === 'documents' ? 'npm run spona -- edge init asks for the contract.' : asks }
  }
}

function ofDisk({ data, disk }: EdgeConfig): Finding {
  try {
    const { bavail, bsize } = statfsSync(data)
    const freeMb = Math.floor((bavail * bsize) / 1_048_576)
    const isRoomy = freeMb > disk.warnMb
    return {
      check: 'disk',
      ok: isRoomy,
      found: `${freeMb} MB free`,
      ...(isRoomy ? {} : { todo: `Below ${disk.reserveMb} MB nothing more is taken: make room.` }),
    }
  } catch {
    return { check: 'disk', ok: true, found: `${data} is made by the first start` }
  }
}

function ofStore({ data }: EdgeConfig, now: Date): Finding {
  let store: Store
  try {
    store = new Store(data)
  } catch (error) {
    return { check: 'store', ok: false, found: sentenceOf(error), todo: `Whoever runs the edge must be able to write ${data}.` }
  }
  try {
    const broken = store.all<{ quick_check: string }>('pragma quick_check(1)').find(({ quick_check: said }) => said !== 'ok')
    if (broken)
      return { check: 'store', ok: false, found: 'the file of the store is damaged', todo: 'Stop the edge, keep a copy of the folder, and ask for help.' }
    const [waiting, aside, oldest] = [countOf(store, 'waiting', 'ready'), countOf(store, 'quarantined', 'parked'), oldestOf(store)]
    const minutes = oldest === null ? 0 : Math.round((now.getTime() - oldest) / 60_000)
    return {
      check: 'store',
      ok: aside === 0,
      found: `whole; ${waiting} wait to be sent${minutes > 0 ? `, the oldest for ${minutes} minutes` : ''}; ${aside} stand aside`,
      ...(aside === 0 ? {} : { todo: 'npm run spona -- edge quarantine list says which and why.' }),
    }
  } finally {
    store.close()
  }
}

/** A certificate without a connection needs a number that was fetched while there was one. */
function ofNumbers({ data }: EdgeConfig, now: Date): Finding {
  const store = new Store(data)
  try {
    const left = numbersLeft(store, yearAt(now), now.getTime())
    const todo = 'They come by themselves to a running edge that has the line and the contract with sickleave/certificates.'
    return { check: 'certificates', ok: left > 0, found: `${left} numbers stand ready`, ...(left > 0 ? {} : { todo }) }
  } finally {
    store.close()
  }
}

const statusPort = ({ status }: EdgeConfig) => ({ name: 'the status page', host: '127.0.0.1', port: status.port })

function ofPort(check: string, host: string, port: number, todo: string): Promise<Finding> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: portTimeoutMs })
    const end = (ok: boolean) => {
      socket.destroy()
      resolve({ check, ok, found: ok ? `${host}:${port} answers` : `nothing answers at ${host}:${port}`, ...(ok ? {} : { todo }) })
    }
    socket.once('connect', () => end(true))
    for (const event of ['error', 'timeout'] as const) socket.once(event, () => end(false))
  })
}
