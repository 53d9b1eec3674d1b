import type { FirmMembers, Invited } from '../../../sickleave/employer/wire.ts'
import { remove } from '../../shared/api.ts'
import { Arrived } from '../../shared/Arrived.tsx'
import { formatDate } from '../../shared/format.ts'
import { LinesTable } from '../../shared/LinesTable.tsx'
import { useData, useLanguage, useSay } from '../../shared/language.tsx'
import { useLive } from '../../shared/use-live.ts'
import { firm, roles } from '../firm-words.ts'
import { End } from './End.tsx'
import { type Part, roleOptions } from './part.ts'

export function MembersPart(part: Part) {
  const { at, ask, setSaid } = part
  const say = useSay()
  const live = useLive<FirmMembers>(`${at}/members`, null)
  const fields = [role, { name: 'note', label: firm.note }]
  return (
    <section aria-labelledby="members">
      <h2 id="members">{say(firm.members)}</h2>
      <button
        type="button"
        className="button"
        onClick={() => ask({ title: firm.invite, to: 'invitations', fields, done: ({ code }: Invited) => setSaid(say(firm.code, { code })) })}
      >
        {say(firm.invite)}
      </button>
      <Arrived live={live}>
        {({ members, invitations }) => (
          <>
            <LinesTable labelledBy="members" words={[firm.name, firm.role, firm.until, firm.actions]}>
              {members.map((one) => (
                <Member key={`${one.member} ${one.since}`} one={one} {...part} />
              ))}
            </LinesTable>
            {invitations.length > 0 && <Invitations invitations={invitations} {...part} />}
          </>
        )}
      </Arrived>
    </section>
  )
}

const role = { name: 'role', label: firm.role, options: roleOptions(['viewer', 'operator', 'signer', 'administrator']) }

function Member({ one: { member, name, role: held, since, until, byRegister }, at, ask, act }: Part & { one: FirmMembers['members'][number] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  const url = `members/${encodeURIComponent(member)}`
  return (
    <tr>
      <th scope="row">{data(name) || '–'}</th>
      <td>{say(roles[held])}</td>
      <td className="num">
        {formatDate(language, since)} – {until && formatDate(language, until)}
      </td>
      <td>
        {until === null && !byRegister && (
          <>
            <button
              type="button"
              className="button"
              aria-label={say(firm.changeRoleOf, { name: data(name) })}
              onClick={() => ask({ title: firm.changeRole, to: url, fields: [role], method: 'PUT' })}
            >
              {say(firm.changeRole)}
            </button>{' '}
            <End name={data(name)} onEnd={() => void act(() => remove(`${at}/${url}`))} />
          </>
        )}
      </td>
    </tr>
  )
}

function Invitations({ invitations, at, act }: Part & { invitations: FirmMembers['invitations'] }) {
  const say = useSay()
  const data = useData()
  const language = useLanguage()
  return (
    <>
      <h3 id="invitations">{say(firm.invitations)}</h3>
      <LinesTable labelledBy="invitations" words={[firm.note, firm.role, firm.validUntil, firm.actions]}>
        {invitations.map(({ id, role: offered, note, expiresAt }) => (
          <tr key={id}>
            <th scope="row">{data(note)}</th>
            <td>{say(roles[offered])}</td>
            <td className="num">{formatDate(language, expiresAt)}</td>
            <td>
              <End name={data(note)} onEnd={() => void act(() => remove(`${at}/invitations/${id}`))} />
            </td>
          </tr>
        ))}
      </LinesTable>
    </>
  )
}
