type Waiting<K, V> = { key: K; since: number; resolve(value: V): void; reject(error: unknown): void }

/** A caller that has waited this long does not wait for the question under way any longer: that one takes unusually long. */
export const patienceMs = 20

/**
 * Joins single questions into questions about many keys: while one is under way, new callers wait and share the next.
 * This serves many callers where a round trip costs more than the answer. No caller is answered from a question that
 * was asked before it came. `ask` answers in the order of its keys; when it fails, all of its callers hear that.
 */
export function gather<K, V>(ask: (keys: readonly K[]) => Promise<readonly V[]>, most: number): (key: K) => Promise<V> {
  const waiting: Waiting<K, V>[] = []
  let underWay = 0
  let isPlanned = false
  let timer: NodeJS.Timeout | undefined

  const askSome = async () => {
    const some = waiting.splice(0, most)
    underWay++
    try {
      const values = await ask(some.map(({ key }) => key))
      some.forEach((one, at) => one.resolve(values[at] as V))
    } catch (error) {
      for (const one of some) one.reject(error)
    } finally {
      underWay--
      askAll()
    }
  }
  const askAll = () => {
    isPlanned = false
    for (let [first] = waiting; first; [first] = waiting) {
      const isHeld = underWay > 0 && waiting.length < most && performance.now() - first.since < patienceMs
      if (isHeld) {
        timer ??= setTimeout(() => {
          timer = undefined
          askAll()
        }, patienceMs)
        return
      }
      void askSome()
    }
  }
  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, since: performance.now(), resolve, reject })
      if (isPlanned) return
      isPlanned = true
      setImmediate(askAll) // After the sockets that are ready have been read.
    })
}
