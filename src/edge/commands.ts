import type { Command } from '../platform/cli.ts'

const config = { type: 'string', about: 'The settings of the edge.', default: 'edge.yaml' } as const

const item = { name: 'ITEM', about: 'Its number, as the list shows it.' }

/** Each command is loaded when it is called: the edge must start quickly on small machines. */
export const commands: Command[] = [
  {
    name: 'edge certify',
    summary: 'Play the scenarios of the sandbox against the running edge of these settings; exit code 1 when one does not pass.',
    needs: 'nothing',
    options: {
      config,
      protocol: { type: 'string', about: 'hl7v2, cda, csv, rest or bus; without it all that the settings speak.' },
      local: { type: 'boolean', about: 'The local system itself sends what it is told here.' },
      repeat: { type: 'boolean', about: 'A repetition: the certificate that there is stays.' },
    },
    run: async (world, options, print) => (await import('./certify/certify.ts')).certify(world, options, print),
  },
  {
    name: 'edge start',
    summary: 'Take what local systems send, keep it safe and exchange it over the bus; runs until it is stopped.',
    needs: 'nothing',
    options: { config },
    run: async (world, { config: file }, print) => {
      // The process replaces itself here, so this comes before anything else is loaded.
      ;(await import('./process/little-memory.ts')).beginWithLittleMemory()
      return (await import('./process/start.ts')).runEdge(world, String(file), print)
    },
  },
  {
    name: 'edge init',
    summary: 'Ask a few questions, write the settings, make the key and join the bus; asked again it goes on where it stopped.',
    needs: 'nothing',
    options: { config, answers: { type: 'string', about: 'JSON file with the answers, for machines.' } },
    run: async (world, options, print) => (await import('./cli/init.ts')).initEdge(world, options, print),
  },
  {
    name: 'edge doctor',
    summary: 'Look at key, clock, line, rights, disk, store and local addresses, and say what to do.',
    needs: 'nothing',
    options: { config },
    run: async (world, options, print) => (await import('./cli/doctor.ts')).examine(world, options, print),
  },
  {
    name: 'edge status',
    summary: 'How the running edge is; exit code 1 when something needs a person.',
    needs: 'nothing',
    options: { config },
    run: async (_world, options, print) => (await import('./cli/status.ts')).printStatus(options, print),
  },
  {
    name: 'edge key renew',
    summary: 'A new key for this member, while the old one is still valid.',
    needs: 'nothing',
    options: { config },
    run: async (world, options, print) => (await import('./cli/renew-key.ts')).renewKey(world, options, print),
  },
  {
    name: 'edge certificate issue',
    summary: 'Issue a certificate of a sick leave without a connection, from a JSON file as POST /certificates takes it.',
    needs: 'nothing',
    options: { config, file: { type: 'string', about: 'doctor, person, from, until, reason, diagnosis; docs/edge.md says more.', required: true } },
    run: async (world, options, print) => (await import('./cli/certificate.ts')).issueByHand(world, options, print),
  },
  {
    name: 'edge certificate list',
    summary: 'Certificates that were issued here, and what became of each.',
    needs: 'nothing',
    options: { config },
    run: async (world, options, print) => (await import('./cli/certificate.ts')).listIssued(world, options, print),
  },
  {
    name: 'edge certificate paper',
    summary: 'The page to print of a certificate that was issued without a connection: number, days, and the code to check it by.',
    needs: 'nothing',
    argument: { name: 'ID', about: 'The id of the certificate; edge certificate list --json has it.' },
    options: {
      config,
      file: { type: 'string', about: 'The HTML file that is written.', required: true },
      lang: { type: 'string', about: 'sr-Cyrl, sr-Latn or en.' },
    },
    run: async (world, options, print) => (await import('./cli/certificate.ts')).printPaper(world, options, print),
  },
  {
    name: 'edge find',
    summary: 'What became of what the local system sent under a number, and when: states, receipt, number on the bus; no contents.',
    needs: 'nothing',
    argument: { name: 'NUMBER', about: 'MSH-10 of a message, the name of a file, or the number of an item here or on the bus.' },
    options: { config },
    run: async (_world, options, print) => (await import('./cli/find.ts')).findItems(options, print),
  },
  {
    name: 'edge quarantine list',
    summary: 'What waits for a person, each with reason and hint.',
    needs: 'nothing',
    options: { config },
    run: async (world, options, print) => (await import('./cli/quarantine.ts')).listAside(world, options, print),
  },
  {
    name: 'edge quarantine show',
    summary: 'One item with its way, losses and receipt; --original writes what came.',
    needs: 'nothing',
    argument: item,
    options: { config, original: { type: 'boolean', about: 'The bytes as they came, or as they were corrected last.' } },
    run: async (world, options, print) => (await import('./cli/quarantine.ts')).showItem(world, options, print),
  },
  {
    name: 'edge quarantine fix',
    summary: 'Send an item again with corrected contents; what came is kept.',
    needs: 'nothing',
    argument: item,
    options: { config, file: { type: 'string', about: 'The corrected message or document.', required: true } },
    run: async (world, options, print) => (await import('./cli/quarantine.ts')).fixItem(world, options, print),
  },
  {
    name: 'edge quarantine resend',
    summary: 'Send an item again as it is, or "all" that wait.',
    needs: 'nothing',
    argument: item,
    options: { config },
    run: async (world, options, print) => (await import('./cli/quarantine.ts')).resendItems(world, options, print),
  },
  {
    name: 'edge quarantine discard',
    summary: 'Decide that an item is never sent.',
    needs: 'nothing',
    argument: item,
    options: { config, reason: { type: 'string', about: 'Why, for whoever asks later.', required: true } },
    run: async (world, options, print) => (await import('./cli/quarantine.ts')).discardItem(world, options, print),
  },
  {
    name: 'edge undelivered list',
    summary: 'What came over the bus and the local system did not take, each with the reason.',
    needs: 'nothing',
    options: { config },
    run: async (_world, options, print) => (await import('./cli/undelivered.ts')).listInward(options, print),
  },
  {
    name: 'edge undelivered forget',
    summary: 'Tell of it no more, as it was settled elsewhere; "all" of them.',
    needs: 'nothing',
    argument: { name: 'MESSAGE', about: 'Its number on the bus, as the list shows it.' },
    options: { config },
    run: async (_world, options, print) => (await import('./cli/undelivered.ts')).forgetInward(options, print),
  },
  {
    name: 'edge service offer',
    summary: 'Put a service of this member into the catalogue of the bus, or describe it anew.',
    needs: 'nothing',
    argument: { name: 'SERVICE', about: 'Its name: small letters, digits, dots and hyphens.' },
    options: {
      config,
      kind: { type: 'string', about: 'inbox (takes messages), call (answers calls) or topic (others hear it).', required: true },
      title: { type: 'string', about: 'One line for people.', required: true },
      basis: { type: 'string', about: 'The law or decree that it is offered by.', required: true },
      version: { type: 'string', about: 'The version of the service; 1 without it.' },
      'body-mb': { type: 'string', about: 'Of a call: the largest body and answer in megabytes, 1 to 100; 8 without it.' },
    },
    run: async (world, options, print) => (await import('./cli/exchange.ts')).offerService(world, options, print),
  },
  {
    name: 'edge service list',
    summary: 'The catalogue of the bus: who offers what, and by which law.',
    needs: 'nothing',
    options: { config },
    run: async (world, options, print) => (await import('./cli/exchange.ts')).listServices(world, options, print),
  },
  {
    name: 'edge contract ask',
    summary: 'Ask for the contract about a service of another member.',
    needs: 'nothing',
    argument: { name: 'MEMBER/SERVICE', about: 'As the catalogue shows it.' },
    options: {
      config,
      basis: { type: 'string', about: 'The law or decree that it is used by.', required: true },
      endpoints: { type: 'string', about: 'Of a call: "GET /today, POST /orders/*".' },
    },
    run: async (world, options, print) => (await import('./cli/exchange.ts')).askContract(world, options, print),
  },
  {
    name: 'edge send',
    summary: 'Send one message to a service of the bus by hand.',
    needs: 'nothing',
    argument: { name: 'MEMBER/SERVICE', about: 'Whose inbox it is for.' },
    options: {
      config,
      file: { type: 'string', about: 'Its contents.', required: true },
      type: { type: 'string', about: 'Their type; application/fhir+json without it.' },
      id: { type: 'string', about: 'Its number with us: sent again with it, it is the same message.' },
      key: { type: 'string', about: 'What is kept in order, such as a patient.' },
    },
    run: async (world, options, print) => (await import('./cli/exchange.ts')).sendByHand(world, options, print),
  },
]
