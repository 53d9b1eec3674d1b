import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Options, type Print, WrongUse } from '../../platform/cli.ts'
import { Refusal } from '../../platform/refusal.ts'
import { Centre, CentreSaysNo, jsonIn } from '../centre/centre.ts'
import { keepClient, type KeyFile, makeKeyFile, readKeyFile } from '../centre/key-file.ts'
import { LineCut, openLine } from '../centre/line.ts'
import { type Needed, providerOf, rightTo } from '../centre/right.ts'
import { type EdgeConfig, readConfig } from '../process/config.ts'
import type { Outside } from '../process/edge.ts'
import { readJson } from './json-file.ts'

/** The questions to a person; `--answers FILE` holds the answers as JSON for machines. */
const questions = [
  { name: 'url', ask: 'Address of the centre', form: /^https?:\/\/[^\s/]+(?:\/[^\s]*)?$/, fallback: 'http://localhost:8080' },
  { name: 'member', ask: 'Code of this system on the bus (small letters, digits, hyphens)', form: /^[a-z][a-z0-9-]{2,39}$/ },
  { name: 'name', ask: 'Name of the institution and its system', form: /^.{3,200}$/ },
  { name: 'mb', ask: 'Registration number of the institution (8 digits)', form: /^\d{8}$/ },
  { name: 'contact', ask: 'E-mail of whoever looks after this system', form: /^[^\s@]+@[^\s@]+$/ },
  {
    name: 'port',
    ask: 'Port for HL7 v2 over MLLP (0: none)',
    form: /^(?:\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/,
    fallback: '2575',
  },
  {
    name: 'charset',
    ask: 'Character set of HL7 v2 that does not say its own',
    form: /^(?:utf-?8|(?:windows-?|cp-?)125[0-2]|(?:iso-?)?8859[-/]?[125]|cp-?852|(?:ibm|cp)-?866)$/i,
    fallback: 'windows-1250',
  },
  {
    name: 'certificates',
    ask: 'Numbers kept ready for certificates of sick leaves issued without a connection (0: none are issued here, else 10 to 1000)',
    form: /^(?:0|[1-9]\d{1,2}|1000)$/,
    fallback: '0',
  },
  { name: 'code', ask: 'Code that the operator handed to the institution (empty when you wait for it)', form: /^.{0,100}$/, fallback: '' },
  { name: 'sandbox', ask: 'Number of the system at the sandbox (empty at a real centre)', form: /^(?:[0-9a-f-]{36})?$/, fallback: '' },
] as const
type Answers = Record<(typeof questions)[number]['name'], string>

const legalBasis = 'Sl. glasnik RS 45/2025'

/** Writes the settings, makes the key and joins the bus, as far as that is possible now. Called again, it continues where it stopped. */
export async function initEdge(outside: Outside, options: Options, print: Print): Promise<number> {
  const file = resolve(String(options['config']))
  const keyFile = join(dirname(file), 'edge-key.json')
  // The commands that are suggested next use the same settings.
  const withFile = options['config'] === 'edge.yaml' ? '' : ` --config ${options['config']}`
  const answers = typeof options['answers'] === 'string' ? fromFile(options['answers']) : await fromPerson(file)
  const stands = existsSync(file) ? readConfig(file) : null
  if (stands !== null) mustAgree(file, stands, answers)
  const key = existsSync(keyFile) ? readKeyFile(keyFile) : makeKeyFile(keyFile, outside.random)
  const line = openLine({ url: answers.url, ca: undefined, certificate: undefined, certificateKey: undefined })
  try {
    const reply = await line.ask({ method: 'GET', path: '/bus/keys', headers: {}, body: Buffer.alloc(0), timeoutMs: 20_000 })
    const signs = (jsonIn(reply) as { keys?: { kid?: string }[] } | null)?.keys?.[0]?.kid
    if (signs === undefined) throw new WrongUse(`${answers.url} is no centre: GET /bus/keys gives no key`)
    if (stands === null) writeFileSync(file, settingsText(answers, signs))
    print(
      `${file} ${stands ? 'is left as it stands' : 'is written'}; the key is in ${keyFile}. The centre signs with ${signs}: compare it with what the operator published.`,
    )
    if (stands !== null && answers.certificates !== '0' && stands.certificates === undefined)
      print(`To issue certificates add to ${file}, and start the edge anew: certificates: { numbers: ${answers.certificates} }`)
    const centre = new Centre(outside, line, { url: bare(answers.url), signs, key })
    return await joinBus({ centre, answers, key, keyFile, withFile, print })
  } catch (error) {
    if (error instanceof LineCut)
      throw new Refusal('busy', error.message, {
        hint: `Is ${answers.url} its address? What is written is kept; npm run spona -- edge init${withFile} goes on.`,
      })
    if (error instanceof CentreSaysNo) throw new Refusal('unprocessable', error.message)
    throw error
  } finally {
    line.end()
  }
}

const bare = (url: string) => url.replace(/\/+$/, '')

/** Refuses answers that differ from the existing settings: with settings of another member or centre, the centre would refuse the edge. */
function mustAgree(file: string, { member, centre }: EdgeConfig, answers: Answers): void {
  for (const [name, stands, said] of [
    ['member', member, answers.member],
    ['centre.url', centre.url, bare(answers.url)],
  ])
    if (stands !== said) throw new WrongUse(`${file} says ${name}: ${stands}, and the answers ${said}. Mend the one that is wrong, and ask again.`)
}

function fromFile(file: string): Answers {
  const given = readJson(file) as Record<string, unknown>
  const unknown = Object.keys(given).filter((name) => !questions.some((one) => one.name === name))
  if (unknown.length > 0) throw new WrongUse(`${file}: ${unknown.join(', ')} is not asked; known are ${questions.map(({ name }) => name).join(', ')}`)
  const answers = questions.map((question) => [question.name, String(given[question.name] ?? ('fallback' in question ? question.fallback : ''))] as const)
  const wrong = questions.filter(({ form }, at) => !form.test(answers[at]?.[1] ?? ''))
  // Names every mistake at once, so that the file is mended once.
  if (wrong.length > 0)
    throw new WrongUse(wrong.map(({ name, ask }) => `${file}: ${name} ${given[name] === undefined ? 'is missing' : 'has another form'}: ${ask}`).join('\n'))
  return Object.fromEntries(answers) as Answers
}

/** Asks a person; earlier answers are offered again. */
async function fromPerson(file: string): Promise<Answers> {
  if (!process.stdin.isTTY) throw new WrongUse('nobody is here to ask: give --answers FILE')
  const kept = `${file}.answers`
  const before = existsSync(kept) ? (JSON.parse(readFileSync(kept, 'utf8')) as Partial<Answers>) : {}
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answers: Record<string, string> = {}
  try {
    for (const question of questions) {
      const fallback = before[question.name] ?? ('fallback' in question ? question.fallback : undefined)
      for (;;) {
        const said =
          (await terminal.question(`${question.ask}${fallback === undefined || fallback === '' ? '' : ` [${fallback}]`}: `)).trim() || (fallback ?? '')
        answers[question.name] = said
        if (question.form.test(said)) break
        console.log('This has another form.')
      }
    }
  } finally {
    terminal.close()
  }
  writeFileSync(kept, JSON.stringify({ ...answers, code: '' }), { mode: 0o600 })
  return answers as Answers
}

function settingsText({ url, member, port, charset, certificates }: Answers, signs: string): string {
  const mllp = port === '0' ? '' : `\nmllp:\n  - name: hl7\n    port: ${port}\n`
  // Certificates are requested at the REST address of the edge, with the token of the local system.
  const issuing = certificates === '0' ? '' : `\nrest:\n  port: 7081\n  token: rest.token\n\ncertificates:\n  numbers: ${certificates}\n`
  return `# An edge of the Service Data Bus. Every setting: docs/edge.md
member: ${member}
centre:
  url: ${bare(url)}
  key: edge-key.json
  signs: ${signs}
local:
  system: urn:id:${member}
  charset: ${charset}
${mllp}${issuing}
status:
  port: 7080
`
}

type Joining = { centre: Centre; answers: Answers; key: KeyFile; keyFile: string; withFile: string; print: Print }
type Known = { state: string; proved: boolean; tested: boolean; client_id: string | null }

/** Joins step by step, each only after the one before; says what only the operator can do. */
async function joinBus({ centre, answers, key, keyFile, withFile, print }: Joining): Promise<number> {
  const { member } = answers
  const post = (path: string, body: object) => centre.ask({ method: 'POST', path, body: Buffer.from(JSON.stringify(body)), isOpen: true })
  const known = async (): Promise<Known | null> => {
    const answer = await centre.askAny({ method: 'GET', path: `/bus/members/${member}`, isOpen: true })
    return answer.status === 200 ? (answer.json as Known) : null
  }
  let now = await known()
  if (now === null) {
    const { name, mb, contact } = answers
    await post('/bus/members', { code: member, name, mb, contact, key: key.jwk })
    print(`${member} is registered.`)
    now = (await known()) as Known
  }
  if (!now.proved) {
    if (answers.code === '') return wait(print, 'The operator hands the institution a code, outside the net. Ask again with it.')
    await post(`/bus/members/${member}/proof`, { code: answers.code })
    print('The institution is proved.')
  }
  if (!now.tested) {
    const { json } = await post(`/bus/members/${member}/self-test`, {})
    const { checks = [] } = json as { checks?: { check: string; passed: boolean; found: string }[] }
    for (const { check, passed, found } of checks) print(`Self-test, ${check}: ${passed ? '' : 'FAILED, '}${found}`)
  }
  now = (await known()) as Known
  if (now.state === 'requested' && answers.sandbox !== '') {
    await decideInSandbox(centre, answers.sandbox)
    now = (await known()) as Known
    print(`The sandbox decided: ${member} is ${now.state}.`)
  }
  if (now.state === 'requested') return wait(print, `The operator decides: spona bus member set ${member} --state approved --decision NUMBER. Ask again then.`)
  if (now.state === 'approved') {
    await post(`/bus/members/${member}/activation`, {})
    now = (await known()) as Known
    print(`${member} is active.`)
  }
  if (now.client_id !== null && now.client_id !== key.client) keepClient(keyFile, now.client_id)
  if (now.state !== 'active') return wait(print, `The member is ${now.state}.`)
  return askContract({ centre, answers, print, keyFile, withFile })
}

async function askContract({ centre, answers, print, keyFile, withFile }: Omit<Joining, 'key'>): Promise<number> {
  centre.key = readKeyFile(keyFile)
  const needed: Needed[] = answers.certificates === '0' ? ['documents'] : ['documents', 'certificates']
  const missing = async (): Promise<Needed[]> => {
    const permits = await Promise.all(needed.map(async (service) => (await rightTo(centre, service)).permit))
    return needed.filter((_, at) => !permits[at])
  }
  const contracts = new Map<Needed, string>()
  const ready = () => {
    for (const service of contracts.keys()) print(`The contract with ${providerOf(service)}/${service} is granted.`)
    print(`Everything is ready: npm run spona -- edge start${withFile}`)
    return 0
  }
  for (const service of await missing()) {
    const about = { provider: providerOf(service), service, purpose: 'health-care', legalBasis }
    const answer = await centre.askAny({ method: 'POST', path: '/bus/contracts', body: Buffer.from(JSON.stringify(about)), isOpen: true })
    const { contract } = (answer.json ?? {}) as { contract?: string }
    if (contract !== undefined) contracts.set(service, contract)
    print(`The contract with ${providerOf(service)}/${service} is asked for.`)
  }
  if (answers.sandbox !== '' && contracts.size > 0) await decideInSandbox(centre, answers.sandbox)
  // The processes of the centre read decisions anew every second.
  for (let tries = answers.sandbox === '' ? rightTries : 0; tries < rightTries && (await missing()).length > 0; tries++) await sleep(rightEveryMs)
  const open = await missing()
  if (open.length === 0) return ready()
  for (const service of open) {
    const contract = contracts.get(service)
    const how = contract === undefined ? ' that was asked for' : `: spona bus contract set ${contract} --state active --decision NUMBER`
    print(`The operator grants the contract with ${providerOf(service)}/${service}${how}.`)
  }
  return wait(print, 'Ask again then.')
}

const rightTries = 20
const rightEveryMs = 500

/** In the sandbox a program makes the decisions of an operator. */
async function decideInSandbox(centre: Centre, system: string): Promise<void> {
  await centre.ask({ method: 'POST', path: `/vendor/systems/${system}/admission`, body: Buffer.from('{}'), isOpen: true, isUnsigned: true })
}

function wait(print: Print, sentence: string): number {
  print(sentence)
  return 1
}
