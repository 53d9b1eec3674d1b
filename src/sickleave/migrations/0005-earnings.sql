-- Earnings by month (form OZ-7), as employers give them: each correction is a new version. Who a row is about is known to the server alone;
-- the employer's role sees its own rows under a name that tells nothing of the person.
create table sickleave.employee (
  employer int4 not null,
  patient  int8 not null,
  id       uuid not null unique,
  primary key (employer, patient)
);
create index employee_by_patient on sickleave.employee (patient);

create table sickleave.earning (
  employer int4 not null,
  employee uuid not null references sickleave.employee (id),
  -- First day of the month.
  month    date not null check (extract(day from month) = 1),
  version  int4 not null check (version > 0),
  -- Hundredths of an hour; para.
  hours    int4 not null check (hours between 0 and 74400),
  net      int8 not null check (net >= 0 and net <= gross),
  gross    int8 not null check (gross between 0 and 10000000000),
  paid_on  date not null,
  source   text collate "C" not null check (source in ('form', 'csv', 'xml')),
  given_at timestamptz not null,
  given_by text collate "C" not null,
  primary key (employee, month, version)
);
create index earning_by_month on sickleave.earning (employer, month);

grant select, insert on sickleave.employee, sickleave.earning to spona_app;
grant select on sickleave.earning to spona_employer;
alter table sickleave.earning enable row level security;
create policy server on sickleave.earning to spona_app using (true) with check (true);
create policy own on sickleave.earning for select to spona_employer using (employer = any(sickleave.own_employers()));
