import type { SignerShown } from '../../sickleave/request/wire.ts'
import { FactList } from './FactList.tsx'
import { formatDate } from './format.ts'
import { useData, useLanguage, useSay } from './language.tsx'
import { signedBy as words } from './words.ts'

/** What the certificate says about the person who signed a request, and the signed document unchanged. */
export function SignedBy({ path, signer }: { path: string; signer: SignerShown }) {
  const say = useSay()
  const given = useData()
  const language = useLanguage()
  const facts: [string, string][] = [
    [say(words.name), given(signer.name)],
    ...(signer.organization ? [[say(words.organization), given(signer.organization)] satisfies [string, string]] : []),
    [say(words.issuer), given(signer.issuer)],
    [say(words.until), formatDate(language, signer.validUntil.slice(0, 10))],
    [say(words.revocation), say(signer.isRevocationKnown ? words.notRevoked : words.unknown)],
  ]
  return (
    <section aria-labelledby="signed-by">
      <h2 id="signed-by">{say(words.title)}</h2>
      <FactList facts={facts} />
      {signer.form !== 'raw' && (
        <p>
          <a href={`${path}/signed`} download>
            {say(words.download)}
          </a>
        </p>
      )}
    </section>
  )
}
