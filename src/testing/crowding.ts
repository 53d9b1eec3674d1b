const workMs = 50

/**
 * How many times as long work takes now as on a machine of its own: some work by the clock against the same by the processor. A test that holds a
 * page to its seconds divides by it, so that others on the machine neither fail it nor make it worth less where there are none.
 */
export function crowding(): number {
  const [began, before] = [performance.now(), process.cpuUsage()]
  let usedMs = 0
  while (usedMs < workMs) {
    const { user, system } = process.cpuUsage(before)
    usedMs = (user + system) / 1000
  }
  return Math.max(1, (performance.now() - began) / usedMs)
}
