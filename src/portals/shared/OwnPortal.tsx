import type { Me } from '../../access/wire.ts'
import { useSay } from './language.tsx'
import { ownPortal } from './own-portal.ts'

/** Shows a reader who came to the wrong portal the way to their own. */
export function OwnPortal({ me }: { me: Me }) {
  const say = useSay()
  const own = ownPortal(me)
  return (
    own && (
      <p>
        <a href={own.to}>{say(own.word)}</a>
      </p>
    )
  )
}
