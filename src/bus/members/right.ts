import { type Contract, type Directory, type Member, type Service, contractName, serviceName } from './directory.ts'

/** Whether this member may use that service: only when a contract permits it. The answer names the rule that decided. */
export type Right =
  | { permit: true; contract: Contract | null; service: Service; provider: Member }
  | { permit: false; rule: Rule; sentence: string; opens: string }
export type Rule =
  | 'consumer-not-active'
  | 'unknown-provider'
  | 'provider-not-active'
  | 'unknown-service'
  | 'wrong-kind'
  | 'no-contract'
  | 'contract-not-active'
  | 'contract-over'
  | 'endpoint-not-in-contract'

export type Wish = { consumer: Member; provider: string; service: string; kind: 'call' | 'message' | 'listen'; method?: string; path?: string }

const no = (rule: Rule, sentence: string, opens: string): Right => ({ permit: false, rule, sentence, opens })

export function rightTo(directory: Directory, wish: Wish, now: Date): Right {
  const { consumer } = wish
  if (consumer.state !== 'active') {
    return no('consumer-not-active', `the member ${consumer.code} is ${consumer.state}`, 'The operator decides about members: spona bus member set.')
  }
  const provider = directory.byCode.get(wish.provider)
  if (!provider) return no('unknown-provider', 'there is no member of this name', 'GET /bus/services lists what there is.')
  const service = directory.services.get(serviceName(provider.id, wish.service))
  if (!service) return no('unknown-service', `${provider.code} offers no service of this name`, 'GET /bus/services lists what there is.')
  const isOwn = provider.id === consumer.id
  if (!kindFits(service, wish.kind, isOwn)) return no('wrong-kind', `this service is of the kind ${service.kind}`, kindHint(service))
  // Messages to a suspended member are kept for it; only calls to it are refused.
  if (provider.state === 'revoked' || (provider.state !== 'active' && wish.kind === 'call')) {
    return no('provider-not-active', `the member ${provider.code} is ${provider.state}`, 'Try again when it is active.')
  }
  if (isOwn) return { permit: true, contract: null, service, provider }
  return byContract(directory.contracts.get(contractName(consumer.id, provider.id, service.name)) ?? [], wish, { service, provider }, now)
}

function byContract(contracts: readonly Contract[], wish: Wish, found: { service: Service; provider: Member }, now: Date): Right {
  const hint = 'POST /bus/contracts asks for one; the operator approves it: spona bus contract set.'
  if (contracts.length === 0) return no('no-contract', 'there is no contract about this service', hint)
  const active = contracts.filter((one) => one.state === 'active')
  if (active.length === 0) return no('contract-not-active', `the contract is ${contracts[0]?.state}`, hint)
  const current = active.filter((one) => one.validUntil === null || one.validUntil > now)
  if (current.length === 0) return no('contract-over', 'the contract has ended', hint)
  const contract = wish.kind === 'call' ? current.find((one) => one.endpoints.some((endpoint) => covers(endpoint, wish))) : current[0]
  if (!contract) return no('endpoint-not-in-contract', 'the contract does not cover this method and path', hint)
  return { permit: true, contract, ...found }
}

function kindFits(service: Service, kind: Wish['kind'], isOwn: boolean): boolean {
  if (kind === 'call') return service.kind === 'call'
  if (kind === 'listen') return service.kind === 'topic'
  // To a topic only its owner writes; into an inbox everybody with a contract.
  return service.kind === 'topic' ? isOwn : service.kind === 'inbox'
}

function kindHint({ kind }: Service): string {
  if (kind === 'call') return 'Ask it at /bus/call/PROVIDER/SERVICE/….'
  return kind === 'inbox' ? 'Send messages to it: POST /bus/messages.' : 'Its owner writes to it; others hear it by a contract.'
}

/** `/patients/*` covers all below; a path that climbs is covered by nothing. */
function covers(endpoint: { method: string; path: string }, { method = '', path = '' }: Wish): boolean {
  if (endpoint.method !== '*' && endpoint.method !== method) return false
  if (endpoint.path === path) return true
  return endpoint.path.endsWith('/*') && path.startsWith(endpoint.path.slice(0, -1)) && isPlainPath(path)
}

/**
 * No dot segments, no doubled or encoded separators: what is judged must be what the provider sees. A dot segment with a parameter (`..;`) is one, too,
 * because servlet containers drop the parameter first. `%252f` is a separator to those that decode twice. Encoded control characters would write lines
 * into the provider's log, and bytes that are not UTF-8 (`%c0%af`) are a separator to careless readers.
 */
export const isPlainPath = (path: string): boolean =>
  /^(?:\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%(?!2[ef]|5c|[01]|7f|25(?:25)*(?:2[ef]|5c|00))[0-9a-f]{2})*)+$/i.test(path) &&
  !/\/\.\.?(?:[/;]|$)|\/\//.test(path) &&
  isUtf8Encoded(path)

function isUtf8Encoded(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
