import type { FormEvent, ReactNode } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useSay } from './language.tsx'
import type { Message } from './message.ts'
import { shell } from './words.ts'

type Frame = {
  title: ReactNode
  lead?: string
  /** Beside the title: what went wrong, and the fields. */
  children: ReactNode
  confirm: Message
  /** The way back, where the general word could be taken for the act itself. */
  dismiss?: Message
  send(event: FormEvent): Promise<void>
  isSending: boolean
  /** False while closing it would hide what becomes of what is being sent. */
  isDismissable: boolean
  onClose(): void
  look: 'step-form' | 'visit-form'
  isWide?: boolean
}

/** A form over the page that asks for one act: fields, its button and the way back. */
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
