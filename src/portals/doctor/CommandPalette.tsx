import { useState } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useNavigate } from 'react-router'
import { useSay } from '../shared/language.tsx'
import type { Message } from '../shared/message.ts'
import { shell } from '../shared/words.ts'
import { keyHelp } from './words.ts'

type Command = { keys: string[]; name: Message; run?: () => void }

const press = (code: string) => document.dispatchEvent(new KeyboardEvent('keydown', { code, bubbles: true, cancelable: true }))

/** A list of all shortcut keys. Those that do something on this page can also be run from the list, by mouse too. */
type Palette = { isDoctor: boolean; onClose(): void; onVisit(): void }

export default function CommandPalette({ isDoctor, onClose, onVisit }: Palette) {
  const say = useSay()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const commands = commandsOf(isDoctor, () => void navigate('/'), onVisit)
  const shown = commands.filter(({ name }) => say(name).toLowerCase().includes(typed.trim().toLowerCase()))
  const run = (command: Command) => {
    onClose()
    command.run?.()
  }
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Modal className="modal">
        <Dialog className="dialog" data-modal="">
          <Heading slot="title" level={2}>
            {say(keyHelp.title)}
          </Heading>
          <form
            onSubmit={(event) => {
              event.preventDefault()
              const first = shown.find((command) => command.run)
              if (first) run(first)
            }}
          >
            <input
              className="input"
              autoFocus
              aria-label={say(keyHelp.filter)}
              placeholder={say(keyHelp.filter)}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </form>
          <Commands commands={shown} onRun={run} />
          <p className="soft small">{say(keyHelp.off)}</p>
          <div className="buttons">
            <button type="button" className="button" onClick={onClose}>
              {say(shell.close)}
            </button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function commandsOf(isDoctor: boolean, onSearch: () => void, onVisit: () => void): Command[] {
  const onRecord = document.querySelector('.record') !== null
  const jump = (code: string) => (onRecord ? { run: () => setTimeout(() => press(code)) } : {})
  return [
    { keys: ['/'], name: keyHelp.search, run: onSearch },
    { keys: ['F8'], name: keyHelp.card, run: onVisit },
    { keys: ['G P'], name: keyHelp.summary, ...jump('KeyS') },
    { keys: ['T'], name: keyHelp.timeline, ...jump('KeyT') },
    { keys: ['L'], name: keyHelp.labs, ...jump('KeyL') },
    ...(isDoctor ? [{ keys: ['B'], name: keyHelp.leave, ...jump('KeyB') }] : []),
    ...(isDoctor ? [{ keys: ['Ctrl+Enter'], name: keyHelp.send }] : []),
    { keys: ['J', 'K'], name: keyHelp.rows },
    { keys: ['Enter'], name: keyHelp.open },
    { keys: ['Esc'], name: keyHelp.escape },
    { keys: ['P'], name: keyHelp.print },
    { keys: ['V'], name: keyHelp.chart },
    { keys: ['Ctrl+K'], name: keyHelp.palette },
    { keys: ['?'], name: keyHelp.help },
  ]
}

function Commands({ commands, onRun }: { commands: Command[]; onRun(command: Command): void }) {
  const say = useSay()
  return (
    <ul className="commands">
      {commands.map((command) => (
        <li key={command.keys.join()}>
          {command.run ? (
            <button type="button" className="link-button" onClick={() => onRun(command)}>
              {say(command.name)}
            </button>
          ) : (
            <span>{say(command.name)}</span>
          )}
          <span>
            {command.keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </span>
        </li>
      ))}
    </ul>
  )
}
