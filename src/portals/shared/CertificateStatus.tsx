import type { CertificateShown } from '../../vendor/wire.ts'
import { Icon, type IconName } from './Icon.tsx'
import { useSay } from './language.tsx'
import { certificateStates as words } from './words.ts'

const looks: Record<CertificateShown['state'], { icon: IconName; tone: string }> = {
  valid: { icon: 'done', tone: 'ok' },
  failing: { icon: 'warning', tone: 'warn' },
  revoked: { icon: 'critical', tone: 'crit' },
  expired: { icon: 'resting', tone: 'seal' },
}

export function CertificateStatus({ state }: { state: CertificateShown['state'] }) {
  const say = useSay()
  const { icon, tone } = looks[state]
  return (
    <span className={`status ${tone}`}>
      <Icon name={icon} />
      {say(words[state])}
    </span>
  )
}
