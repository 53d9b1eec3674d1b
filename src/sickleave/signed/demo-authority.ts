import type { World } from '../../platform/world.ts'
import { type Certified, certify } from '../document/house-certificate.ts'
import { derivedKey } from '../../platform/derived-key.ts'

// An invented authority for trying signatures in the demo. Its key comes from the demo's master key, so each installation has another one, and none
// is in a file. Nobody else trusts it, and its certificates are never called qualified.

const authorityName = 'Спона, демо тело за проверу потписа (није квалификовано)'
const oids = { name: '2.5.4.3', family: '2.5.4.4', given: '2.5.4.42' }

const known = new WeakMap<object, Promise<Certified>>()
export function demoAuthority(world: Pick<World, 'keys'>): Promise<Certified> {
  const made =
    known.get(world.keys) ??
    certify(derivedKey(world.keys, 'sickleave-demo-authority').key, { serial: 1, subject: { [oids.name]: authorityName }, isAuthority: true })
  known.set(world.keys, made)
  return made
}

/** The certificate and key of a person of the demo, by the name of the account. */
export async function demoSigner(world: Pick<World, 'keys'>, name: string): Promise<Certified> {
  const [given = '', ...family] = name.split(' ')
  return certify(derivedKey(world.keys, `sickleave-demo-signer ${name}`).key, {
    ...{ serial: 2, issuer: await demoAuthority(world), isAuthority: false },
    subject: { [oids.name]: name, [oids.given]: given, [oids.family]: family.join(' ') },
  })
}
