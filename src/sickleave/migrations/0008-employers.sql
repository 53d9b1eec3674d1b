-- Who acts for an employer and how they came to it; accounting agencies; what waits; where it is told. Whatever an employer reads of it, it reads as
-- spona_employer under row security; only the server writes.
alter table sickleave.employer_member
  add column person_name text not null default '',
  -- Row of the register that says so; while the register says it no more, the member sees nothing.
  add column authority int4,
  add column by_name text not null default '',
  -- A payroll system that an administrator let in.
  add column is_system bool not null default false,
  add column ended_by text;
create index employer_member_by_employer on sickleave.employer_member (employer, from_at);

-- Employers that registered; documents wait for those that have not.
create table sickleave.firm (
  employer      int4 primary key,
  pib           text collate "C" not null unique,
  name          text not null,
  register      text collate "C" not null check (register in ('companies', 'state-bodies')),
  registered_at timestamptz not null,
  registered_by text not null
);

create table sickleave.invitation (
  id         uuid primary key,
  employer   int4 not null,
  pib        text collate "C" not null,
  name       text not null,
  role       text collate "C" not null check (role in ('administrator', 'operator', 'viewer', 'signer')),
  -- For whom, in the words of who invites.
  note       text not null,
  code_hash  bytea not null unique check (octet_length(code_hash) = 32),
  by_name    text not null,
  at         timestamptz not null,
  expires_at timestamptz not null,
  used_at    timestamptz,
  ended_at   timestamptz
);
create index invitation_by_employer on sickleave.invitation (employer, at);

-- An agency works for a client while this stands. `proposed` opens nothing: the client confirms it, or the register of powers of attorney has.
create table sickleave.mandate (
  id          uuid primary key,
  agency      int4 not null,
  agency_name text not null,
  agency_pib  text collate "C" not null,
  employer    int4 not null,
  pib         text collate "C" not null,
  name        text not null,
  role        text collate "C" not null check (role in ('operator', 'viewer', 'signer')),
  number      text not null,
  until_day   date,
  at          timestamptz not null,
  by_name     text not null,
  -- client, or register.
  source      text collate "C" check (source in ('client', 'register')),
  confirmed_at timestamptz,
  ended_at    timestamptz,
  ended_by    text,
  check ((source is null) = (confirmed_at is null)),
  check (agency <> employer)
);
create unique index mandate_now on sickleave.mandate (agency, employer) where ended_at is null;
create index mandate_by_employer on sickleave.mandate (employer, at);

-- Each leave that an employer knows: where it stands by the newest word, and up to which word somebody has dealt with it.
create table sickleave.employer_case (
  employer  int4 not null,
  known_as  uuid not null,
  seq       int8 not null,
  at        timestamptz not null,
  -- Name of the employee as search compares it.
  folded    text not null,
  from_day  date not null,
  until_day date not null,
  state     text collate "C" not null check (state in ('open', 'closed', 'cancelled')),
  done_seq  int8 not null default 0,
  done_by   text,
  done_at   timestamptz,
  primary key (employer, known_as)
);
create index employer_case_by_day on sickleave.employer_case (employer, until_day, from_day);
create index employer_case_unread on sickleave.employer_case (employer, at) where seq > done_seq;
insert into sickleave.employer_case (employer, known_as, seq, at, folded, from_day, until_day, state)
select distinct on (employer, known_as) employer, known_as, seq, at,
       lower(concat_ws(' ', content -> 'employee' ->> 'family', content -> 'employee' ->> 'given')),
       (content ->> 'from')::date, (content ->> 'until')::date,
       case when kind = 'cancelled' then 'cancelled' when (content ->> 'isOpen')::bool then 'open' else 'closed' end
  from sickleave.employer_event
 order by employer, known_as, seq desc;

-- Where an employer is told: a webhook gets the events themselves, an e-mail only that something waits.
create table sickleave.channel (
  id         uuid primary key,
  employer   int4 not null,
  kind       text collate "C" not null check (kind in ('webhook', 'email')),
  address    text not null,
  -- Of a webhook: the events, or only their numbers.
  content    text collate "C" not null check (content in ('full', 'notice')),
  -- Of an agency: its clients' too, those of today and those to come.
  clients    bool not null,
  -- Of an e-mail address, until its owner has entered the code.
  code_hash  bytea,
  is_confirmed bool generated always as (code_hash is null) stored,
  -- Of its employer, for the access log.
  name       text not null,
  by_name    text not null,
  at         timestamptz not null,
  ended_at   timestamptz,
  -- An e-mail is not sent more often than every so many minutes.
  mailed_at  timestamptz
);
create unique index channel_now on sickleave.channel (employer, kind, address) where ended_at is null;

create table sickleave.channel_place (
  channel      uuid not null references sickleave.channel,
  employer     int4 not null,
  -- Last event, and last event told; both in one row, so that neither is missed by who reads the other.
  wanted       int8 not null,
  sent         int8 not null,
  due_at       timestamptz not null,
  leased_until timestamptz,
  failures     int4 not null default 0,
  failing_since timestamptz,
  trouble      text,
  parked_at    timestamptz,
  primary key (channel, employer)
);
create index channel_place_due on sickleave.channel_place (due_at) where wanted > sent and parked_at is null;
create index channel_place_by_employer on sickleave.channel_place (employer);

grant select, insert on sickleave.firm, sickleave.invitation, sickleave.mandate, sickleave.employer_case, sickleave.channel to spona_app;
grant select, insert, update, delete on sickleave.channel_place to spona_app;
grant update (used_at, ended_at) on sickleave.invitation to spona_app;
grant update (source, confirmed_at, ended_at, ended_by) on sickleave.mandate to spona_app;
grant update (ended_by) on sickleave.employer_member to spona_app;
grant update on sickleave.employer_case to spona_app;
grant update (code_hash, ended_at, mailed_at) on sickleave.channel to spona_app;

create function sickleave.own_member() returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select current_setting('spona.member', true)
$$;
revoke all on function sickleave.own_member() from public;
grant execute on function sickleave.own_member() to spona_app, spona_employer;

grant select on sickleave.firm, sickleave.mandate, sickleave.employer_case, sickleave.channel_place to spona_employer;
grant select (id, employer, role, note, by_name, at, expires_at, used_at, ended_at) on sickleave.invitation to spona_employer;
grant select (id, employer, kind, address, content, clients, name, by_name, at, ended_at, is_confirmed) on sickleave.channel to spona_employer;
grant select on sickleave.employer_stream to spona_employer;

do $$
declare name text;
begin
  foreach name in array array['employer_member', 'firm', 'invitation', 'mandate', 'employer_case', 'channel', 'channel_place', 'employer_stream'] loop
    execute format('alter table sickleave.%I enable row level security', name);
    execute format('create policy server on sickleave.%I to spona_app using (true) with check (true)', name);
  end loop;
  foreach name in array array['firm', 'invitation', 'employer_case', 'channel', 'channel_place', 'employer_stream'] loop
    execute format('create policy own on sickleave.%I for select to spona_employer using (employer = any(sickleave.own_employers()))', name);
  end loop;
end $$;
-- A member finds its own rows before it is known which employers are its own.
create policy own on sickleave.employer_member for select to spona_employer
  using (member = sickleave.own_member() or employer = any(sickleave.own_employers()));
create policy own on sickleave.mandate for select to spona_employer
  using (employer = any(sickleave.own_employers()) or agency = any(sickleave.own_employers())
         or agency in (select m.employer from sickleave.employer_member m where m.member = sickleave.own_member() and m.ended_at is null));
