import { certificateForm } from './members/member-certificate.ts'
import { contractForm, serviceForm } from './members/catalogue.ts'
import { codeField, keysForm, memberForm } from './members/member.ts'
import { returnForm } from './members/member-return.ts'
import { ackForm, leaseForm } from './messages/fetch-messages.ts'
import { statesForm } from './messages/message-states.ts'
import type { Fields } from './signing/json-input.ts'

const forms: readonly (readonly [address: string, says: string, fields: Fields])[] = [
  ['POST /bus/members', 'Ask to join, signed by the key that is sent.', memberForm],
  ['POST /bus/members/CODE/proof', 'Prove whose system it is.', codeField],
  ['POST /bus/members/CODE/keys', 'Another key, or the end of one.', keysForm],
  ['POST /bus/members/CODE/return', 'Come back when all keys have ended, signed by the new one.', returnForm],
  ['POST /bus/members/CODE/certificate', 'Bind the member to a certificate (mutual TLS).', certificateForm],
  ['PUT /bus/services/NAME', 'Describe a service of your own; `NAME` is of small letters, digits, dots and hyphens.', serviceForm],
  ['POST /bus/contracts', 'Ask for a contract about a service.', contractForm],
  ['POST /bus/messages/states', 'What became of messages.', statesForm],
  ['POST /bus/deliveries/lease', 'The next messages; without a body what is not said holds.', leaseForm],
  ['POST /bus/deliveries/ack', 'What was taken, and what could not be.', ackForm],
]

const kindOf = (form: Fields[string]['form']): string => (typeof form === 'string' ? form : 'text')

/** docs/reference/bus-forms.md as it must stand: `node src/bus/forms-page.ts > docs/reference/bus-forms.md`. */
export function formsPage(): string {
  const tables = forms.map(([address, says, fields]) => {
    const rows = Object.entries(fields as Fields).map(
      ([name, { form, about, optional }]) => `| \`${name}\` | ${kindOf(form)} | ${optional ? 'no' : 'yes'} | ${about.replaceAll('|', '\\|')} |`,
    )
    return `## \`${address}\`\n\n${says}\n\n| Field | Kind | Must be there | What it is |\n|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return `# What the bus is sent, field by field

Each body is one JSON object, signed as [docs/bus.md](../bus.md) says; a field that is not named here is refused by its name. This page is made from the code that reads the
bodies (\`node src/bus/forms-page.ts\`), and a test keeps the two equal. What comes back is in the last sections.

${tables.join('\n')}
## A delivery

\`POST /bus/deliveries/lease\` answers \`{ deliveries }\`; the same object is the data of an event of the stream and the body that is posted to a webhook.

| Field | When | What it is |
|---|---|---|
| \`delivery\` | always | its number, for \`/bus/deliveries/ack\` |
| \`message\` | always | the number of the message at the centre, as in its receipt |
| \`from\`, \`to\`, \`messageId\` | always | the sender's code, \`MEMBER/SERVICE\`, and the sender's own number |
| \`at\` | always | when the centre took it |
| \`attempt\` | always | which time it is handed out; after the first time it may have been seen |
| \`contentType\`, \`digest\` | always | of the contents; \`digest\` as in \`content-digest\` (RFC 9530) |
| \`body\` | always | the contents in base64; null when they are not kept any more or are fetched from \`bodyAt\` |
| \`kid\`, \`base\`, \`signature\` | always | what the sender signed; the key is at \`GET /bus/members/FROM/keys\` |
| \`part\` | from a batch | \`{ text, index, path }\`: which of the messages under one signature it is |
| \`call\` | a call | \`{ method, path, headers }\` (\`headers\` when the caller sent some that are passed on); answered at \`/bus/calls/MESSAGE/answer\` |
| \`bodyAt\` | a large call | where its contents are fetched |
| \`subject\`, \`answers\` | when the sender said it | the patient, and the message that it answers |
| \`number\` | a topic | without gaps for each listener |
| \`outOfOrder\` | true | an earlier message of its key is parked |
| \`corrects\` | mended by operators | \`{ message, proposedBy, approvedBy }\` |
| \`traceparent\` | when the sender said it | W3C Trace Context |

## A token

\`POST /access/token\` (\`application/x-www-form-urlencoded\`): \`grant_type=client_credentials\`, \`client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\`,
\`client_assertion\` (a JWT signed with the member's key, ES256: \`iss\` and \`sub\` are the \`client_id\` of \`GET /bus/members/CODE\`, \`aud\` is this address, \`exp\` at most five minutes away,
\`jti\` is used once) and, when less is wanted, \`scope\`. The answer has \`access_token\` and \`expires_in\`.
`
}

if (import.meta.main) process.stdout.write(formsPage())
