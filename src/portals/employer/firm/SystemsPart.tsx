import type { NewSystem, Systems } from '../../../sickleave/employer/wire.ts'
import { remove } from '../../shared/api.ts'
import { Arrived } from '../../shared/Arrived.tsx'
import { LinesTable } from '../../shared/LinesTable.tsx'
import { useData, useSay } from '../../shared/language.tsx'
import { useLive } from '../../shared/use-live.ts'
import { firm, roles } from '../firm-words.ts'
import { End } from './End.tsx'
import { type Part, roleOptions } from './part.ts'

export function SystemsPart({ at, ask, act, setSaid }: Part) {
  const say = useSay()
  const data = useData()
  const live = useLive<Systems>(`${at}/systems`, null)
  const fields = [
    { name: 'name', label: firm.name },
    { name: 'role', label: firm.role, options: roleOptions(['viewer', 'operator', 'signer']) },
  ]
  const made = ({ client, privateKey }: NewSystem) => setSaid(`${say(firm.key)} ${JSON.stringify({ client, privateKey })}`)
  return (
    <section aria-labelledby="systems">
      <h2 id="systems">{say(firm.systems)}</h2>
      <button type="button" className="button" onClick={() => ask({ title: firm.addSystem, to: 'systems', fields, done: made })}>
        {say(firm.addSystem)}
      </button>
      <Arrived live={live}>
        {({ systems }) =>
          systems.length === 0 ? (
            <p className="soft">{say(firm.noSystems)}</p>
          ) : (
            <LinesTable labelledBy="systems" words={[firm.name, firm.role, firm.actions]}>
              {systems.map((one) => (
                <tr key={one.client}>
                  <th scope="row">{data(one.name)}</th>
                  <td>{say(roles[one.role])}</td>
                  <td>
                    <End name={data(one.name)} onEnd={() => void act(() => remove(`${at}/systems/${one.client}`))} />
                  </td>
                </tr>
              ))}
            </LinesTable>
          )
        }
      </Arrived>
    </section>
  )
}
