import { useState } from 'react'
import type { RequestShown } from '../../sickleave/request/wire.ts'
import { submit } from '../shared/api.ts'
import { FileInput } from '../shared/FileInput.tsx'
import { base64Of } from '../shared/base64.ts'
import { useLanguage, useSay } from '../shared/language.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { signing as words } from './signing-words.ts'

/**
 * The reader downloads the document, signs it with their own certificate and sends it back. The server checks it; errors are shown while the file stays
 * chosen.
 */
export function SignPart({ path, data, onChanged }: { path: string; data: RequestShown; onChanged(): void }) {
  const say = useSay()
  const language = useLanguage()
  const [file, setFile] = useState<File | null>(null)
  const [isTried, setTried] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)
  const send = async () => {
    setTried(true)
    if (!file || isSending) return
    setSending(true)
    setFailure(null)
    try {
      await submit<RequestShown>('POST', `${path}/submission`, { seen: data.steps.length, signed: await base64Of(file) })
      onChanged()
    } catch (error) {
      setFailure(error)
    } finally {
      setSending(false)
    }
  }
  return (
    <section aria-labelledby="signing">
      <h2 id="signing">{say(words.title)}</h2>
      <p>{say(data.signatureNeeded === 'seal' ? words.may : data.signatureNeeded === 'qualified' ? words.qualified : words.must)}</p>
      <p className="buttons">
        <a className="button" href={`${path}/form.pdf?language=${language}`} download>
          {say(words.pdf)}
        </a>
        <a className="button quiet" href={`${path}/form.xml`} download>
          {say(words.xml)}
        </a>
      </p>
      {failure !== null && <Trouble error={failure} takesFocus />}
      <div className="tools">
        <SignedFile isMissing={isTried && file === null} onChoose={setFile} />
        <button type="button" className="button main" aria-disabled={isSending} onClick={() => void send()}>
          {say(words.send)}
        </button>
      </div>
    </section>
  )
}

function SignedFile({ isMissing, onChoose }: { isMissing: boolean; onChoose(file: File | null): void }) {
  const say = useSay()
  return (
    <div className="field">
      <label htmlFor="signed-file">{say(words.file)}</label>
      <FileInput
        id="signed-file"
        accept=".pdf,.p7s,.p7m,.p7b"
        isInvalid={isMissing}
        describedBy={isMissing ? 'signed-file-error' : 'signed-file-hint'}
        onChoose={(chosen) => onChoose(chosen ?? null)}
      />
      {isMissing ? (
        <p id="signed-file-error" className="error">
          {say(words.choose)}
        </p>
      ) : (
        <p id="signed-file-hint" className="soft">
          {say(words.hint)}
        </p>
      )}
    </div>
  )
}
