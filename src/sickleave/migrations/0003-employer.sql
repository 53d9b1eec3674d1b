-- The employer's side. Whatever an employer reads, it reads as spona_employer, a role that knows three tables and nothing else: events with the
-- documents in them, who may act for which employer, and what an employee shared. Row security holds each reader to its own employers.
do $$
begin
  if not exists (select from pg_roles where rolname = 'spona_employer') then
    create role spona_employer nologin;
  end if;
end $$;

create table sickleave.employer_stream (
  employer int4 primary key,
  last     int8 not null
);

-- Numbered without a gap for each employer, in the order of the commits: a reader that has 7 has everything up to 7.
create table sickleave.employer_event (
  employer int4 not null,
  seq      int8 not null,
  at       timestamptz not null,
  kind     text collate "C" not null check (kind in ('certificate', 'report', 'changed', 'closed', 'cancelled', 'void')),
  -- What this employer knows the leave by; the person's key is not here.
  known_as uuid not null,
  content  jsonb not null,
  primary key (employer, seq)
);
create index employer_event_by_leave on sickleave.employer_event (employer, known_as, seq);

create table sickleave.employer_member (
  -- Account of a person or client of a payroll system.
  member   text collate "C" not null,
  employer int4 not null,
  pib      text collate "C" not null,
  name     text not null,
  role     text collate "C" not null check (role in ('administrator', 'operator', 'viewer', 'signer')),
  from_at  timestamptz not null,
  ended_at timestamptz,
  primary key (member, employer, from_at)
);
create unique index employer_member_now on sickleave.employer_member (member, employer) where ended_at is null;

grant select, insert, update on sickleave.employer_stream to spona_app;
grant select, insert on sickleave.employer_event, sickleave.employer_member to spona_app;
grant update (ended_at) on sickleave.employer_member to spona_app;

grant usage on schema sickleave to spona_employer;
grant select on sickleave.employer_event, sickleave.employer_member to spona_employer;
grant select (employer, known_as, sealed, at) on sickleave.shared to spona_employer;
grant spona_employer to spona_app;

create function sickleave.own_employers() returns int4[] language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(nullif(current_setting('spona.employers', true), ''), '{}')::int4[]
$$;
grant execute on function sickleave.own_employers() to spona_employer;

alter table sickleave.employer_event enable row level security;
create policy server on sickleave.employer_event to spona_app using (true) with check (true);
create policy own on sickleave.employer_event for select to spona_employer using (employer = any(sickleave.own_employers()));
alter table sickleave.shared enable row level security;
create policy server on sickleave.shared to spona_app using (true) with check (true);
create policy own on sickleave.shared for select to spona_employer using (employer = any(sickleave.own_employers()));
