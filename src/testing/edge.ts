import { connect, type Socket } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { centreKey } from '../bus/members/centre-key.ts'
import { makeKeyFile, readKeyFile } from '../edge/centre/key-file.ts'
import { type Line, LineCut, type Reply, type Request } from '../edge/centre/line.ts'
import { type EdgeConfig, parseConfig } from '../edge/process/config.ts'
import { type Opened, openEdge } from '../edge/process/open.ts'
import { baseUrl } from '../platform/config.ts'
import { type BusMember, contractOf, joinBus } from './bus-member.ts'
import type { Ending } from './for-file.ts'
import type { TestServer } from './server.ts'

export type TestEdge = Opened & { member: BusMember; config: EdgeConfig; line: CuttableLine }
/** `instead` may answer in the centre's place. */
export type CuttableLine = Line & { isCut: boolean; instead: ((request: Request) => Reply | null) | null }

/** A line to the server in this process, without a network. A test can cut it. */
export function lineTo({ app, world }: Pick<TestServer, 'app' | 'world'>): CuttableLine {
  const line: CuttableLine = {
    isCut: false,
    instead: null,
    async ask(request) {
      const { method, path, headers, body } = request
      if (line.isCut) throw new LineCut('the line is cut')
      const other = line.instead?.(request)
      if (other) return other
      const answer = await app.inject({ method: method as 'POST', url: path, headers, ...(body.length > 0 ? { payload: body } : {}) })
      if (line.isCut) throw new LineCut('the line is cut')
      return { status: answer.statusCode, headers: { ...(answer.headers as Record<string, string>), date: world.now().toUTCString() }, body: answer.rawPayload }
    },
    end: () => {},
  }
  return line
}

/** The settings and the key of a member that has joined and may file documents. */
export async function edgeOf(
  t: Ending,
  server: TestServer,
  code: string,
  more = '',
  statusPort = 0,
): Promise<{ member: BusMember; config: EdgeConfig; file: string }> {
  const { app, world } = server
  const folder = mkdtempSync(join(tmpdir(), 'spona-edge-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const member = await joinBus(app, world, code)
  await contractOf(member, 'record/documents')
  const [row] = await world.sql<{ client: string }>`select client from bus.member where code = ${code}`
  const keyFile = join(folder, 'key.json')
  makeKeyFile(keyFile, world.random)
  const secret = readKeyFile(keyFile).secret.toString('base64url')
  writeFileSync(keyFile, JSON.stringify({ key: member.key.export({ format: 'jwk' }), client: row?.client, store: secret }), { mode: 0o600 })
  const text = [
    `member: ${code}`,
    `centre: { url: "${baseUrl(world.config)}", key: key.json, signs: ${centreKey(world.keys).kid} }`,
    'disk: { warnMb: 1, reserveMb: 1 }',
    `status: { port: ${statusPort} }`,
    more,
  ].join('\n')
  const file = join(folder, 'edge.yaml')
  writeFileSync(file, text)
  return { member, config: parseConfig(text, file), file }
}

/** How many resources of a type are in the record. */
export async function countInRecord({ sql, world }: Pick<TestServer, 'sql' | 'world'>, type: string): Promise<number> {
  const [row] = await sql<{ count: number }>`select count(*)::int as count from record.resource where type = ${world.fhir.typeCode(type)}`
  return row?.count ?? 0
}

/** A running edge beside a server in this process. */
export async function startEdge(t: TestContext, server: TestServer, code: string, more = ''): Promise<TestEdge> {
  const { member, config } = await edgeOf(t, server, code, more)
  const line = lineTo(server)
  const opened = await openEdge(server.world, config, line)
  t.after(() => opened.close())
  return { ...opened, member, config, line }
}

/** A local system that speaks MLLP: it sends messages and waits for as many answers. */
export class MllpSender {
  readonly #socket: Socket
  #answers: string[] = []
  #waiting: (() => void)[] = []
  #rest = Buffer.alloc(0)

  constructor(port: number, host = '127.0.0.1') {
    this.#socket = connect({ port, host, noDelay: true })
    this.#socket.on('error', () => {})
    this.#socket.on('data', (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk])
      for (let end = this.#rest.indexOf('\x1c\r'); end >= 0; end = this.#rest.indexOf('\x1c\r')) {
        this.#answers.push(this.#rest.subarray(1, end).toString())
        this.#rest = this.#rest.subarray(end + 2)
      }
      for (const wake of this.#waiting.splice(0)) wake()
    })
    this.#socket.on('close', () => {
      for (const wake of this.#waiting.splice(0)) wake()
    })
  }

  write(bytes: Buffer | string): void {
    this.#socket.write(bytes)
  }

  /** Null when the connection ended without an answer. */
  async answer(): Promise<string | null> {
    while (this.#answers.length === 0) {
      if (this.#socket.destroyed || this.#socket.readableEnded) return null
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    return this.#answers.shift() ?? null
  }

  send(message: Buffer | string): Promise<string | null> {
    this.write(Buffer.concat([Buffer.of(0x0b), Buffer.from(message), Buffer.of(0x1c, 0x0d)]))
    return this.answer()
  }

  end(): void {
    this.#socket.destroy()
  }
}

/** A laboratory result about an invented patient. */
export const oru = (number: string, patient: string, value = '5.1', more: { header?: string } = {}): string =>
  [
    `MSH|^~\\&|LIS|BOLNICA|SPONA|RS|20260301120000||ORU^R01^ORU_R01|${number}|P|2.5${more.header ?? ''}`,
    `PID|1||${patient}^^^LIS^MR||Проба^Лаб||19800101|F`,
    `OBR|1||F-${number}|718-7^Hemoglobin^LN|||20260301110000|||||||||||||||20260301115500|||F`,
    `OBX|1|NM|718-7^Hemoglobin^LN||${value}|g/dL|||||F|||20260301110000`,
  ].join('\r')

/** A table of people in a third party's form (corpora/record-linkage). */
export const registerMapping = {
  name: 'register',
  version: 1,
  resources: [
    {
      as: 'patient',
      type: 'Patient',
      set: {
        'identifier[0].system': { value: 'urn:test:register' },
        'identifier[0].value': { column: 'rec_id', required: true },
        'name[0].family': { column: 'surname' },
        'name[0].given[0]': { column: 'given_name' },
        birthDate: { column: 'date_of_birth', date: 'YYYYMMDD' },
        'address[0].city': { column: 'suburb' },
      },
    },
  ],
}
