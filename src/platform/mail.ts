import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport, type Transporter } from 'nodemailer'
import { uuidV7 } from './uuid.ts'
import type { World } from './world.ts'

/** Where mail goes: a mail server by SMTP_URL, or in the demo a folder, one file for each message. */
export type Mail = { to: string; subject: string; text: string }

const filesMax = 500
const patienceMs = 10_000
const transports = new WeakMap<World['config'], Transporter>()
const local = new Set(['localhost', '127.0.0.1', '[::1]'])

export const canMail = ({ config }: Pick<World, 'config'>): boolean => config.SMTP_URL !== '' || config.DEMO

/** One plain address, without a name: nothing of it can become another header or another reader. */
export const isMailAddress = (text: string): boolean => text.length <= 254 && /^[^\s@<>(),;:"\\]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,24}$/i.test(text)

export async function sendMail(world: World, { to, subject, text }: Mail): Promise<void> {
  const sent = await transportOf(world.config).sendMail({ from: world.config.MAIL_FROM, to, subject, text, disableFileAccess: true, disableUrlAccess: true })
  if (world.config.SMTP_URL === '') await keep(world, sent.message as Buffer)
}

function transportOf(config: World['config']): Transporter {
  let transport = transports.get(config)
  if (!transport) transports.set(config, (transport = made(config.SMTP_URL)))
  return transport
}

function made(url: string): Transporter {
  if (url === '') return createTransport({ streamTransport: true, buffer: true, newline: 'unix' }) as unknown as Transporter
  const { hostname, port, protocol, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  return createTransport({
    host: hostname,
    port: Number(port) || (secure ? 465 : 587),
    secure,
    // Beyond this machine only under TLS, whatever the other side offers.
    requireTLS: !secure && !local.has(hostname),
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    ...{ connectionTimeout: patienceMs, greetingTimeout: patienceMs, socketTimeout: patienceMs },
  })
}

/** Written beside its name and renamed, so that who reads the folder never finds half a message; the oldest go. */
async function keep(world: World, message: Buffer): Promise<void> {
  const folder = join(world.config.DATA_DIR, 'mail')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${uuidV7(world)}.eml`)
  await writeFile(`${file}.new`, message, { mode: 0o600 })
  await rename(`${file}.new`, file)
  const files = (await readdir(folder)).filter((name) => name.endsWith('.eml')).sort()
  await Promise.all(files.slice(0, Math.max(0, files.length - filesMax)).map((name) => rm(join(folder, name), { force: true })))
}
