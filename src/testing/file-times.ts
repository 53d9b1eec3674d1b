import type { TestEvent } from 'node:test/reporters'

/** What each test file took, a line each, as a reporter of node:test. */
export default async function* fileTimes(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type === 'test:summary' && data.file !== undefined) yield `${(data.duration_ms / 1000).toFixed(1).padStart(7)} ${data.file}\n`
  }
}
