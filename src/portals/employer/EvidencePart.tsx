import { useState } from 'react'
import type { EvidenceLine, RequestShown } from '../../sickleave/request/wire.ts'
import { submit } from '../shared/api.ts'
import { FileInput } from '../shared/FileInput.tsx'
import { base64Of } from '../shared/base64.ts'
import { useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { evidence as words, evidenceKinds } from './words.ts'

type Kind = keyof typeof evidenceKinds
const kinds = Object.keys(evidenceKinds) as Kind[]
const types: Record<string, string> = {
  ...{ pdf: 'application/pdf', png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', xml: 'application/xml', csv: 'text/csv' },
}
const typeOf = (name: string) => types[/\.(\w+)$/.exec(name.toLowerCase())?.[1] ?? ''] ?? 'application/octet-stream'

export function EvidencePart({ path, evidence, mayAdd, onChanged }: { path: string; evidence: EvidenceLine[]; mayAdd: boolean; onChanged(): void }) {
  const say = useSay()
  const [kind, setKind] = useState<Kind>('tax-return')
  const [failure, setFailure] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)
  const attach = async (file: File | undefined) => {
    if (!file || isSending) return
    setSending(true)
    setFailure(null)
    try {
      const content = await base64Of(file)
      await submit<RequestShown>('POST', `${path}/evidence`, { kind, name: file.name, type: file.type || typeOf(file.name), content })
      onChanged()
    } catch (error) {
      setFailure(error)
    } finally {
      setSending(false)
    }
  }
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">{say(words.title)}</h2>
      {evidence.length === 0 ? (
        <p className="soft">{say(words.none)}</p>
      ) : (
        <ul className="lines">
          {evidence.map((one) => (
            <li key={one.id}>
              {say(evidenceKinds[one.kind as Kind] ?? evidenceKinds.other)}: {one.name} <span className="soft num">{Math.ceil(one.bytes / 1024)} KB</span>
            </li>
          ))}
        </ul>
      )}
      {failure !== null && <Trouble error={failure} takesFocus />}
      {mayAdd && (
        <div className="tools">
          <div className="field">
            <label htmlFor="evidence-kind">{say(words.kind)}</label>
            <select id="evidence-kind" className="input" value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
              {kinds.map((one) => (
                <option key={one} value={one}>
                  {say(evidenceKinds[one])}
                </option>
              ))}
            </select>
          </div>
          <div className="field">
            <label htmlFor="evidence-file">{say(words.file)}</label>
            <FileInput id="evidence-file" accept=".pdf,.png,.jpg,.jpeg,.xml,.csv" isDisabled={isSending} isSentAtOnce onChoose={(file) => void attach(file)} />
          </div>
        </div>
      )}
    </section>
  )
}
