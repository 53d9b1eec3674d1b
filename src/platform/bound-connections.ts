import type { Server, Socket } from 'node:net'

/**
 * So many connections at most. The one too many is let in, and the one that has waited longest without ever saying anything whole goes for it; where
 * all have, the one that did so longest ago. Programs that open connections and say nothing keep nobody out in this way.
 */
export function boundConnections(server: Server, most: number, comes: 'connection' | 'secureConnection' = 'connection'): { heard(socket: Socket): void } {
  const [silent, proved] = [new Set<Socket>(), new Set<Socket>()]
  server.on(comes, (socket: Socket) => {
    if (silent.size + proved.size >= most) {
      const [oldest] = silent.size > 0 ? silent : proved
      oldest?.destroy()
      forget(oldest)
    }
    silent.add(socket)
    socket.once('close', () => forget(socket))
  })
  function forget(socket: Socket | undefined): void {
    if (socket !== undefined && !silent.delete(socket)) proved.delete(socket)
  }
  return {
    /** It has said something whole. */
    heard(socket) {
      if (!silent.delete(socket) && !proved.delete(socket)) return
      proved.add(socket)
    },
  }
}
