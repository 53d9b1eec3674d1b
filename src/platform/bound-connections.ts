import type { Server, Socket } from 'node:net'

/**
 * Limits the number of connections. A new one beyond the limit is let in, and in its place the one is closed that has been silent the longest; when
 * all have sent something complete, the one that did so longest ago. So programs that open connections and say nothing keep nobody out.
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
    /** The connection has sent something complete. */
    heard(socket) {
      if (!silent.delete(socket) && !proved.delete(socket)) return
      proved.add(socket)
    },
  }
}
