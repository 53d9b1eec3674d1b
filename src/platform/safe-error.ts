type LoggedError = { type: string; message: string; code?: string; at?: string; where?: Record<string, unknown>; cause?: LoggedError }

const causesMax = 3
const placesOfDatabase = ['severity', 'schema', 'table', 'column', 'constraint', 'routine'] as const

/**
 * An error as the log may keep it: what kind, where in the code, where in the database; never the values it was about.
 * PostgreSQL puts the row into `detail` and the value into the message of a data exception; an AssertionError carries both sides.
 */
export function safeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' }
  const { code, severity } = error as Error & { code?: unknown; severity?: unknown }
  const isOfDatabase = typeof severity === 'string'
  const logged: LoggedError = { type: error.name, message: isOfDatabase ? withoutQuotes(masked(error.message)) : messageOf(error) }
  if (typeof code === 'string') logged.code = code
  const at = framesOf(error)
  if (at) logged.at = at
  if (isOfDatabase) logged.where = Object.fromEntries(placesOfDatabase.map((name) => [name, (error as unknown as Record<string, unknown>)[name]]))
  if (error.cause instanceof Error && depth < causesMax) logged.cause = safeError(error.cause, depth + 1)
  return logged
}

/** A message that assert wrote by itself shows the two values it compared. */
const messageOf = (error: Error) => ('generatedMessage' in error && error.generatedMessage ? 'an assertion does not hold' : masked(error.message))
/** Eight digits are the fewest that could identify somebody (a birth date); no line number or port has so many. */
const masked = (text: string) => text.replace(/\d{8,}/g, '…').slice(0, 500)
const withoutQuotes = (text: string) => text.replace(/"[^"]*"/g, '"…"')

/** The stack without the message it begins with. */
const framesOf = (error: Error) =>
  error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
    .slice(0, 12)
    .join('\n')
