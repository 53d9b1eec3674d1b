import type { FormEvent, ReactNode } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useSay } from './language.tsx'
import type { Message } from './message.ts'
import { shell } from './words.ts'

type Frame = {
  title: ReactNode
  lead?: string
  /** The contents below the title: errors and fields. */
  children: ReactNode
  confirm: Message
  /** The word on the button back, when the usual word could be mistaken for the act itself. */
  dismiss?: Message
  send(event: FormEvent): Promise<void>
  isSending: boolean
  /** False while something is being sent: closing would hide its outcome. */
  isDismissable: boolean
  onClose(): void
  look: 'step-form' | 'visit-form'
  isWide?: boolean
}

/** A dialog for one act: its fields, its button and the way back. */
export function FormDialog({ title, lead, children, confirm, dismiss = shell.cancel, send, isSending, isDismissable, onClose, look, isWide = false }: Frame) {
  const say = useSay()
  return (
    <ModalOverlay className="veil" isOpen isDismissable={isDismissable} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Modal className={isWide ? 'modal wide' : 'modal'}>
        <Dialog className="dialog" data-modal="">
          <form onSubmit={(event) => void send(event)} noValidate className={look}>
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            {lead && <p className="soft">{lead}</p>}
            {children}
            <div className="buttons">
              <button type="submit" className="button main" aria-disabled={isSending}>
                {say(confirm)}
              </button>
              <button type="button" className="button" onClick={onClose}>
                {say(dismiss)}
              </button>
            </div>
          </form>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
