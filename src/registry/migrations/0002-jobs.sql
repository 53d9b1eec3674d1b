-- Who is insured through which employer, from when until when, as the register of obligatory social insurance sends it. A person may have
-- several jobs at a time, which registry.insurance (one basis at a time) cannot say.
create table registry.insured_job (
  patient    int8 not null,
  employer   int4 not null references registry.employer,
  from_date  date not null,
  until_date date check (until_date >= from_date),
  primary key (patient, employer, from_date)
);
create index insured_job_by_employer on registry.insured_job (employer, from_date);

grant select, insert on registry.insured_job to spona_app;
-- A job is ended, never rewritten.
grant update (until_date) on registry.insured_job to spona_app;
