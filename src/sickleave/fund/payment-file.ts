import { createHash } from 'node:crypto'
import { inDinars } from '../compensation/money.ts'
import { quoted } from '../request/list.ts'

// The payment file (docs/sickleave.md): a head with the control sums, then one line for each payment. The XML says the same.

export type PaymentLine = { number: string; account: string; payee: string; amount: number }

const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const columns = 'line;request;account;payee;amount'

export function csvOf(number: string, day: string, lines: readonly PaymentLine[]): string {
  const rows = lines.map((line, at) => [at + 1, line.number, line.account, quoted(line.payee), inDinars(BigInt(line.amount))].join(';'))
  const total = lines.reduce((sum, { amount }) => sum + amount, 0)
  const digest = createHash('sha256').update(rows.join('\n')).digest('hex')
  return [`SPONA-PAYMENT-1;${number};${day};${lines.length};${inDinars(BigInt(total))};${digest}`, columns, ...rows, ''].join('\n')
}

export function xmlOf(csv: string): string {
  const [head = '', , ...rows] = csv.trimEnd().split('\n')
  const [, number, day, count, total, digest] = head.split(';')
  const payments = rows.map((row) => {
    const [, line, request, account, payee = '', amount] = /^(\d+);([^;]+);([^;]+);"(.*)";([^;]+)$/.exec(row) ?? []
    return `  <payment line="${line}" request="${request}" account="${account}" amount="${amount}">${escapeXml(payee.replaceAll('""', '"'))}</payment>`
  })
  const attributes = `number="${number}" day="${day}" lines="${count}" total="${total}" sha256="${digest}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<payments ${attributes}>\n${payments.join('\n')}\n</payments>\n`
}
