import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { personAt } from './person.ts'

const scenario = {
  id: 'offline',
  title: { sr: 'Централа није доступна', en: 'The centre is away' },
  told: { sr: 'Пошаљите три налаза.', en: 'Send three results.' },
  steps: [
    { do: 'outage', seconds: 60 },
    { do: 'send', name: '1', content: '', expect: 'taken' },
  ],
} as const
const asScenario = scenario as unknown as Parameters<ReturnType<typeof personAt>['onScenario']>[0]
const soon = async (promise: Promise<void>) => Promise.race([promise.then(() => 'went on'), new Promise((resolve) => setTimeout(resolve, 50, 'waits'))])

test('a person is told what to send, and nothing goes on before they press Enter', async () => {
  const input = new PassThrough()
  const lines: string[] = []
  const person = personAt(input, false, (line) => lines.push(line))
  person.onScenario(asScenario)
  const cut = person.onward('cut', asScenario)
  assert.equal(await soon(cut), 'waits')
  input.write('\n')
  await cut
  const sent = person.onward('sent', asScenario)
  assert.equal(await soon(sent), 'waits', 'one Enter is for one step')
  input.write('\n')
  await sent
  person.end()
  assert.match(lines.join('\n'), /Send three results\.[^]*cuts the line for 60 seconds[^]*has sent it/)
})

test('a program reads lines of JSON and answers with lines; when nobody can answer there is no waiting', async () => {
  const input = new PassThrough()
  const lines: string[] = []
  const person = personAt(input, true, (line) => lines.push(line))
  person.onScenario(asScenario)
  input.end('ready\n')
  await person.onward('cut', asScenario)
  await person.onward('sent', asScenario)
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { scenario: 'offline', title: scenario.title, told: scenario.told, cutSeconds: 60 },
      { scenario: 'offline', waits: 'cut' },
      { scenario: 'offline', waits: 'sent' },
    ],
  )
})
