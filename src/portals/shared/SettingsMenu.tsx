import { type ReactNode, useState } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import type { Me } from '../../access/wire.ts'
import { signOut } from './api.ts'
import { Icon } from './Icon.tsx'
import { forget, keep } from './kept.ts'
import { useData, useSay } from './language.tsx'
import { chooseDensity, chooseTheme, keptDensity, keptTheme } from './preferences.ts'
import { areSingleKeysOn } from './shortcuts.ts'
import { shell } from './words.ts'

/** The signed-in person, the settings of the portal's look, and the sign-out. */
export function SettingsMenu({ me, work, children }: { me: Me; work: boolean; children?: ReactNode }) {
  const say = useSay()
  const data = useData()
  return (
    <DialogTrigger>
      <Button className="who" aria-label={`${data(me.name)}: ${say(shell.settings)}`}>
        <Icon name="person" />
        <span className="who-name">{data(me.name)}</span>
        <Icon name="down" />
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog className="dialog settings" aria-label={say(shell.settings)}>
          <div className="person">
            <p className="strong">{data(me.name)}</p>
            {me.institution && <p className="soft">{data(me.institution)}</p>}
            {me.unit && <p className="soft">{data(me.unit)}</p>}
          </div>
          {children}
          <Choices
            legend={say(shell.theme)}
            options={[
              ['auto', say(shell.themeAuto)],
              ['light', say(shell.themeLight)],
              ['dark', say(shell.themeDark)],
            ]}
            first={keptTheme()}
            onChoose={chooseTheme}
          />
          {work && (
            <Choices
              legend={say(shell.density)}
              options={[
                ['compact', say(shell.densityCompact)],
                ['normal', say(shell.densityNormal)],
                ['touch', say(shell.densityTouch)],
              ]}
              first={keptDensity()}
              onChoose={chooseDensity}
            />
          )}
          {work && <SingleKeys label={say(shell.keys)} />}
          <button type="button" className="button" onClick={() => void signOut()}>
            {say(shell.signOut)}
          </button>
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

type ChoicesOf<T extends string> = { legend: string; options: [T, string][]; first: T; onChoose(value: T): void }

function Choices<T extends string>({ legend, options, first, onChoose }: ChoicesOf<T>) {
  const [chosen, setChosen] = useState(first)
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {options.map(([value, label]) => (
        <label key={value}>
          <input
            type="radio"
            name={legend}
            checked={chosen === value}
            onChange={() => {
              setChosen(value)
              onChoose(value)
            }}
          />
          {label}
        </label>
      ))}
    </fieldset>
  )
}

function SingleKeys({ label }: { label: string }) {
  const [on, setOn] = useState(areSingleKeysOn)
  const change = (next: boolean) => {
    setOn(next)
    if (next) forget('keys')
    else keep('keys', 'off')
  }
  return (
    <label className="check">
      <input type="checkbox" checked={on} onChange={(event) => change(event.target.checked)} />
      {label}
    </label>
  )
}
