import pg from 'pg'
import { bulk } from '../registry/registry.ts'
import { calculate } from '../sickleave/compensation/calculate.ts'
import { inputsOfYear } from '../sickleave/compensation/case-input.ts'
import { rulesOf } from '../sickleave/rules/parameters.ts'
import { startBenchServer } from './bench-server.ts'
import { print } from './figures.ts'

/** The same from cases in the database: leaves, jobs and twelve months of earnings of each person, read a page of people at a time. */
export async function benchDatabase(people: number): Promise<void> {
  const server = await startBenchServer()
  const owner = new pg.Client(server.owner)
  try {
    const firm = { pib: '100000001', mb: '07000001', name: 'Предузеће', municipality: 'Београд' }
    const [employer] = await server.world.sql.begin((tx) => bulk.registerEmployers(tx, [firm]))
    await owner.connect()
    await seed(owner, people, employer as number)
    const begin = server.cpu()
    const rules = rulesOf()
    let [cases, lines, most] = [0, 0, 0]
    for await (const page of inputsOfYear(server.world.sql, 2026, rules)) {
      cases += page.length
      for (const input of page) lines += calculate(input, rules).lines.length
      most = Math.max(most, process.memoryUsage.rss())
    }
    if (cases !== people) throw new Error(`${cases} cases of ${people} were read`)
    const end = server.cpu()
    // The process of the bench reads and calculates, so its cost is counted as load.
    const [own, database] = [end.load + end.server - begin.load - begin.server, end.database - begin.database].map((us) => us / 1e6) as [number, number]
    const note = `${cases} leaves with jobs and earnings, ${(lines / cases).toFixed(1)} lines each; ${database.toFixed(1)} s of them the database`
    const spent = own + database
    print({ name: 'cases read from the database and calculated', value: cases / spent, unit: '/s of processor time', note })
    print({ name: 'memory while they were read, at most', value: most / 1e6, unit: 'MB', note: 'resident, with the load of the schema' })
  } finally {
    await owner.end()
    await server.close()
  }
}

/** One leave of forty to a hundred days, one job and twelve months of earnings for each person, made within the database. */
async function seed(owner: pg.Client, people: number, employer: number): Promise<void> {
  const opened = `jsonb_build_object('from', from_day::text, 'until', (from_day + 40 + at % 60)::text, 'reason', '01', 'isException', false, 'care', null, 'linkedTo', null)`
  await owner.query(`
    create temp table made as
    select at, at::int8 as patient, gen_random_uuid() as leave, gen_random_uuid() as employee, date '2026-01-05' + at % 200 as from_day
      from generate_series(1, ${people}) as at`)
  await owner.query(`
    insert into sickleave.leave (patient, id, number, institution, worker, opened_at)
    select patient, leave, at::text, 1, 1, from_day from made`)
  await owner.query(`
    insert into sickleave.step (patient, leave, seq, kind, body, at, happened_at, actor, actor_name)
    select patient, leave, 1, 'opened', ${opened}, from_day, from_day, 'bench', 'bench' from made`)
  await owner.query(`insert into registry.insured_job (patient, employer, from_date) select patient, ${employer}, date '2020-01-01' from made`)
  await owner.query(`insert into sickleave.employee (employer, patient, id) select ${employer}, patient, employee from made`)
  await owner.query(`
    insert into sickleave.earning (employer, employee, month, version, hours, net, gross, paid_on, source, given_at, given_by)
    select ${employer}, employee, (date_trunc('month', from_day) - make_interval(months => back))::date, 1, 17400, 8000000, 11000000 + at % 900000,
           from_day, 'form', now(), 'bench'
      from made, generate_series(1, 12) as back`)
  await owner.query('analyze sickleave.leave; analyze sickleave.step; analyze sickleave.employee; analyze sickleave.earning; analyze registry.insured_job')
}
