import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Heard = { path: string; headers: IncomingMessage['headers']; body: Buffer }
/** What happens to one request: it gets this status, or the line is cut without an answer. */
export type Fate = number | 'cut'

/** One server in the place of every member's webhook and address. The simulation decides what it does with each request. */
export type Webhooks = { address: string; onRequest: (heard: Heard) => Fate; server: Server }

export async function startWebhooks(): Promise<Webhooks> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const fate = hooks.onRequest({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) })
      if (fate === 'cut') request.socket.destroy()
      else response.writeHead(fate, { 'content-type': 'application/json' }).end('{"done":true}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const hooks: Webhooks = { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, onRequest: () => 404, server }
  return hooks
}
