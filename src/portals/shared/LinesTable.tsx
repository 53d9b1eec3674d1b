import type { ReactNode } from 'react'
import { useSay } from './language.tsx'
import type { Message } from './message.ts'

type Named = { labelledBy: string; label?: never } | { label: string; labelledBy?: never }

/** A table that scrolls sideways by itself when it is wider than the page. Columns of figures come last; `children` are the rows. */
export function LinesTable({ words, figures = [], children, ...named }: Named & { words: Message[]; figures?: Message[]; children: ReactNode }) {
  const say = useSay()
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-labelledby={named.labelledBy} aria-label={named.label}>
      <table className="lines-table">
        <thead>
          <tr>
            {words.map((word) => (
              <th scope="col" key={say(word)}>
                {say(word)}
              </th>
            ))}
            {figures.map((word) => (
              <th scope="col" className="number" key={say(word)}>
                {say(word)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
