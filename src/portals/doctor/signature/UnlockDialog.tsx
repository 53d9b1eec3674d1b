import { type FormEvent, useEffect, useRef, useState } from 'react'
import { FormDialog } from '../../shared/FormDialog.tsx'
import { useSay } from '../../shared/language.tsx'
import { Trouble } from '../../shared/Trouble.tsx'
import { type Held, unlockKey } from './session-key.ts'
import { signature as words } from './words.ts'

/** Asks for the password once in a session. From then on the confirmation that issues a document also signs it. */
export function UnlockDialog({ onUnlocked, onClose }: { onUnlocked(held: Held): void; onClose(): void }) {
  const say = useSay()
  const field = useRef<HTMLInputElement>(null)
  const [password, setPassword] = useState('')
  const [failure, setFailure] = useState<unknown>(null)
  const [isSending, setSending] = useState(false)
  useEffect(() => field.current?.focus(), [])
  const send = async (event: FormEvent) => {
    event.preventDefault()
    if (isSending || password === '') return
    setSending(true)
    setFailure(null)
    try {
      onUnlocked(await unlockKey(password))
    } catch (error) {
      setFailure(error)
      setPassword('')
      field.current?.focus()
    } finally {
      setSending(false)
    }
  }
  return (
    <FormDialog
      title={say(words.title)}
      lead={say(words.lead)}
      confirm={words.unlock}
      send={send}
      isSending={isSending}
      onClose={onClose}
      isDismissable={!isSending}
      look="step-form"
    >
      {failure !== null && <Trouble error={failure} meanings={{ 403: words.wrong }} />}
      <div className="field">
        <label htmlFor="signature-password">{say(words.password)}</label>
        <input
          ref={field}
          id="signature-password"
          className="input"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </div>
      <p className="soft small">{say(words.level)}</p>
    </FormDialog>
  )
}
