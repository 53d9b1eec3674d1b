-- Objections and requests about an assessment, a period or a sum, each at the desk that decides on it; and the commissions' agenda.
create table sickleave.objection (
  patient    int8 not null,
  id         uuid not null,
  number     text collate "C" not null,
  kind       text collate "C" not null check (kind in ('assessment', 'control', 'correction', 'calculation')),
  leave      uuid not null,
  request    uuid,
  -- Null where the person or the Fund made it.
  employer   int4,
  known_as   uuid,
  made_by    text collate "C" not null check (made_by in ('employer', 'person', 'fund')),
  desk       text collate "C" not null check (desk in ('commission1', 'commission2', 'doctor', 'fund')),
  -- The doctor of the leave, for the doctor's desk.
  worker     int4 not null,
  state      text collate "C" not null check (state in ('open', 'accepted', 'rejected', 'withdrawn')),
  due        date not null,
  session    date,
  made_at    timestamptz not null,
  changed_at timestamptz not null,
  -- All an employer may know of it.
  shown      jsonb not null,
  primary key (patient, id)
);
create index objection_open on sickleave.objection (desk, due, made_at) where state = 'open';
create index objection_of_employer on sickleave.objection (employer, changed_at) where employer is not null;
create unique index objection_once on sickleave.objection (patient, leave, kind, made_by, coalesce(employer, 0)) where state = 'open';

create table sickleave.objection_step (
  patient    int8 not null,
  objection  uuid not null,
  seq        int4 not null check (seq > 0),
  kind       text collate "C" not null check (kind in ('made', 'scheduled', 'accepted', 'rejected', 'withdrawn')),
  -- What was written: it may speak of an illness, so it is sealed like the medical part.
  sealed     bytea not null check (octet_length(sealed) between 29 and 20000),
  at         timestamptz not null,
  actor      text collate "C" not null,
  actor_name text not null,
  primary key (patient, objection, seq)
);

grant select, insert on sickleave.objection, sickleave.objection_step to spona_app;
grant update (state, session, changed_at, shown) on sickleave.objection to spona_app;
grant select (id, employer, known_as, state, changed_at, shown) on sickleave.objection to spona_employer;
alter table sickleave.objection enable row level security;
create policy server on sickleave.objection to spona_app using (true) with check (true);
create policy own on sickleave.objection for select to spona_employer using (employer = any(sickleave.own_employers()));

-- What a commission finds on an objection or a control changes the leave by a step of its own.
alter table sickleave.step drop constraint step_kind_check;
alter table sickleave.step add constraint step_kind_check
  check (kind in ('opened', 'extended', 'reported', 'referred', 'decided', 'reviewed', 'closed', 'cancelled', 'corrected'));
alter table sickleave.waiting add column session date;
