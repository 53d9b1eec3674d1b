import type { ReactNode } from 'react'
import { useSay } from '../../shared/language.tsx'
import type { Message } from '../../shared/message.ts'

export function Part({ id, title, count, children }: { id: string; title: Message; count?: number; children: ReactNode }) {
  const say = useSay()
  return (
    <section id={id} tabIndex={-1} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        {say(title)}
        {count !== undefined && count > 0 && <span className="count num"> {count}</span>}
      </h2>
      {children}
    </section>
  )
}
