import { type FormEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { SignedUp } from '../../vendor/wire.ts'
import { postAsNobody } from '../shared/api.ts'
import { useData, useSay } from '../shared/language.tsx'
import type { Message } from '../shared/message.ts'
import { TextField } from '../shared/TextField.tsx'
import { Trouble } from '../shared/Trouble.tsx'
import { useTitle } from '../shared/use-title.ts'
import { shell } from '../shared/words.ts'
import { knownSystems, rememberSystem } from './known-systems.ts'
import { start as words } from './words.ts'

/** Passed to the page of a system right after its sign-up. It is never in an address and disappears with the page. */
export type JustSignedUp = SignedUp & { member: string; contact: string }

const fields: { name: string; label: Message; hint?: Message; isEmail?: boolean }[] = [
  { name: 'vendor', label: words.vendor },
  { name: 'name', label: words.system },
  { name: 'version', label: words.version },
  { name: 'contact', label: words.contact, isEmail: true },
  { name: 'member', label: words.member, hint: words.memberHint },
]
const memberForm = /^[a-z][a-z0-9-]{2,39}$/

export function SignUpPage() {
  const say = useSay()
  useTitle(words.title)
  return (
    <>
      <h1>{say(words.title)}</h1>
      <p>{say(words.lead)}</p>
      <p className="signs">
        <a href="/guides/">{say(words.guides)}</a>
        <a href="/errors">{say(words.errors)}</a>
      </p>
      <section aria-labelledby="sign-up">
        <h2 id="sign-up">{say(words.signUp)}</h2>
        <SignUp />
      </section>
      <Known />
      <ByNumber />
    </>
  )
}

function SignUp() {
  const say = useSay()
  const navigate = useNavigate()
  const [values, setValues] = useState<Record<string, string>>({})
  const [isTried, setTried] = useState(false)
  const [isSending, setSending] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const wrong = (name: string): Message | null => {
    const value = values[name]?.trim() ?? ''
    if (value === '') return shell.needed
    return name === 'member' && !memberForm.test(value) ? words.memberWrong : null
  }
  const send = async (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    setFailure(null)
    if (isSending || fields.some(({ name }) => wrong(name) !== null)) return
    setSending(true)
    try {
      const { member = '', ...about } = Object.fromEntries(fields.map(({ name }) => [name, values[name]?.trim() ?? '']))
      const signed = await postAsNobody<SignedUp>('/vendor/systems', about)
      rememberSystem({ id: signed.system, name: about['name'] ?? '' })
      await navigate(`/system/${signed.system}`, { state: { ...signed, member, contact: about['contact'] ?? '' } satisfies JustSignedUp })
    } catch (error) {
      setFailure(error)
    } finally {
      setSending(false)
    }
  }
  return (
    <form className="step-form" noValidate onSubmit={(event) => void send(event)}>
      {failure !== null && <Trouble error={failure} takesFocus />}
      {fields.map(({ name, label, hint, isEmail }) => {
        const problem = isTried ? wrong(name) : null
        return (
          <TextField
            key={name}
            id={`sign-up-${name}`}
            label={say(label)}
            hint={hint && say(hint)}
            wrong={problem === null ? undefined : say(problem)}
            type={isEmail ? 'email' : 'text'}
            autoComplete={isEmail ? 'email' : 'off'}
            value={values[name] ?? ''}
            onChange={(value) => setValues({ ...values, [name]: value })}
          />
        )
      })}
      <div className="buttons">
        <button type="submit" className="button main" aria-disabled={isSending}>
          {say(words.send)}
        </button>
      </div>
    </form>
  )
}

function Known() {
  const say = useSay()
  const data = useData()
  const systems = knownSystems()
  if (systems.length === 0) return null
  return (
    <section aria-labelledby="known">
      <h2 id="known">{say(words.known)}</h2>
      <ul className="lines">
        {systems.map(({ id, name }) => (
          <li key={id}>
            <Link to={`/system/${id}`}>{data(name)}</Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

function ByNumber() {
  const say = useSay()
  const navigate = useNavigate()
  const [number, setNumber] = useState('')
  return (
    <section aria-labelledby="by-number">
      <h2 id="by-number">{say(words.open)}</h2>
      <form
        className="step-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (number.trim() !== '') void navigate(`/system/${encodeURIComponent(number.trim())}`)
        }}
      >
        <div className="field">
          <label htmlFor="number">{say(words.number)}</label>
          <input id="number" className="input" value={number} autoComplete="off" spellCheck={false} onChange={(event) => setNumber(event.target.value)} />
        </div>
        <div className="buttons">
          <button type="submit" className="button">
            {say(words.openIt)}
          </button>
        </div>
      </form>
    </section>
  )
}
