import { useSay, useSpeech } from './language.tsx'
import { languages } from './languages.ts'
import { shell } from './words.ts'

/** Switches the language at once and keeps the page and its state. Each name is written in its own script. */
export function LanguageSwitch() {
  const say = useSay()
  const { language, choose } = useSpeech()
  return (
    <div className="languages" role="group" aria-label={say(shell.language)}>
      {languages.map(({ tag, name }) => (
        <button key={tag} type="button" lang={tag} aria-pressed={tag === language} onClick={() => choose(tag)}>
          {name}
        </button>
      ))}
    </div>
  )
}
