import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const silentMs = 10_000
const quietMs = 500

/** Sends bytes over a socket as they are. Answers everything that came back until the server closed or fell silent. */
export async function say(port: number, bytes: string, answers = 1): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  let text = ''
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('data', (data) => {
    text += data.toString('latin1')
  })
  socket.write(bytes, 'latin1')
  let isClosed = false
  void closed.then(() => {
    isClosed = true
  })
  for (const until = performance.now() + silentMs; !isClosed && performance.now() < until && (text.match(/HTTP\/1\.1 /g) ?? []).length < answers; )
    await sleep(20)
  await Promise.race([closed, sleep(quietMs)]) // Time for an answer that must not come.
  socket.destroy()
  return text
}
