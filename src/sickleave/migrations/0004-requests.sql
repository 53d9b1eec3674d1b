-- Requests for compensation (накнада зараде) and refund (рефундација), what the Fund does with them, and the money.
-- Steps, evidence, calculations and payment lines are only added; the row of the request says where it stands now, for the lists.
create table sickleave.request (
  patient    int8 not null,
  id         uuid not null,
  number     text collate "C" not null,
  kind       text collate "C" not null check (kind in ('compensation', 'refund')),
  leave      uuid not null,
  -- Null: the person's own request, where the Fund pays the person.
  employer   int4,
  known_as   uuid,
  from_day   date not null,
  until_day  date not null check (until_day >= from_day),
  state      text collate "C" not null
    check (state in ('draft', 'submitted', 'incomplete', 'in-process', 'proposed', 'calculated', 'rejected', 'paid', 'confirmed', 'returning', 'returned', 'withdrawn')),
  -- Who has it now and until when; null where nobody has to act.
  waits_for  text collate "C" check (waits_for in ('requester', 'fund')),
  due        date,
  changed_at timestamptz not null,
  created_at timestamptz not null,
  -- All the requester may know of it, made anew with each step.
  shown      jsonb not null,
  primary key (patient, id)
);
create index request_of_employer on sickleave.request (employer, changed_at) where employer is not null;
create index request_due on sickleave.request (waits_for, due, created_at) where waits_for is not null;
create index request_state on sickleave.request (state, changed_at);

create table sickleave.request_step (
  patient    int8 not null,
  request    uuid not null,
  seq        int4 not null check (seq > 0),
  kind       text collate "C" not null,
  body       jsonb not null,
  at         timestamptz not null,
  actor      text collate "C" not null,
  actor_name text not null,
  primary key (patient, request, seq)
);

-- A day of a person is asked for once with each employer: the same period sent twice cannot be stored.
create table sickleave.request_day (
  patient  int8 not null,
  employer int4 not null,
  day      date not null,
  request  uuid not null,
  primary key (patient, employer, day)
);

create table sickleave.evidence (
  patient int8 not null,
  id      uuid not null,
  request uuid not null,
  kind    text collate "C" not null check (kind in ('account-contract', 'tax-return', 'payment-proof', 'statement', 'other')),
  name    text not null,
  type    text collate "C" not null,
  content bytea not null check (octet_length(content) between 1 and 5242880),
  sha256  bytea not null,
  at      timestamptz not null,
  actor   text collate "C" not null,
  primary key (patient, id)
);
create index evidence_of_request on sickleave.evidence (patient, request, at);

create table sickleave.request_series (
  year int2 primary key,
  next int4 not null check (next > 0)
);

grant select, insert on sickleave.request, sickleave.request_step, sickleave.evidence, sickleave.request_day to spona_app;
grant update (state, waits_for, due, changed_at, shown, from_day, until_day) on sickleave.request to spona_app;
grant delete on sickleave.request_day to spona_app;
grant select, insert, update on sickleave.request_series to spona_app;

-- The employer reads its own requests, and of them only what was made for it.
grant select (id, employer, known_as, state, changed_at, created_at, shown) on sickleave.request to spona_employer;
alter table sickleave.request enable row level security;
create policy server on sickleave.request to spona_app using (true) with check (true);
create policy own on sickleave.request for select to spona_employer using (employer = any(sickleave.own_employers()));

-- What becomes of a request is a message in the employer's stream, in the order of everything else.
alter table sickleave.employer_event drop constraint employer_event_kind_check;
alter table sickleave.employer_event add constraint employer_event_kind_check
  check (kind in ('certificate', 'report', 'changed', 'closed', 'cancelled', 'void', 'request', 'objection'));
