import type { TestEvent } from 'node:test/reporters'

/** What each test file took, a line each, as a reporter of node:test. In a batch a file is a suite that bears its name. */
export default async function* fileTimes(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type === 'test:summary' && data.file !== undefined && !/batch-\d+/.test(data.file)) yield line(data.duration_ms, data.file)
    if ((type === 'test:pass' || type === 'test:fail') && data.nesting === 0 && /\.test\.tsx?$/.test(data.name)) yield line(data.details.duration_ms, data.name)
  }
}

const line = (ms: number, file: string): string => `${(ms / 1000).toFixed(1).padStart(7)} ${file}\n`
