import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export type Heard = { method: string; path: string; headers: IncomingHttpHeaders; text: string; body: any }
/** Somebody else's address, which takes what is posted to it and answers with `status`. */
export type Endpoint = { url: string; heard: Heard[]; status: number }

export async function startEndpoint(t: TestContext): Promise<Endpoint> {
  const endpoint: Endpoint = { url: '', heard: [], status: 200 }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      endpoint.heard.push({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        text,
        body: text.startsWith('{') ? JSON.parse(text) : null,
      })
      response.writeHead(endpoint.status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  endpoint.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`
  return endpoint
}
