-- Who may see what and why. Relations are facts with a beginning and an end; the server may add them and end them once, nothing else.
create schema access;

-- Who is tied to which patient key. Never deleted: what opened a record stays provable.
create table access.relation (
  patient      int8 not null,
  id           int8 generated always as identity,
  kind         text collate "C" not null check (kind in
    ('chosen-doctor', 'visit', 'stay', 'substitute', 'referral', 'guardian', 'self', 'consent', 'emergency')),
  worker       int4,
  unit         int4,
  institution  int4,
  account      text collate "C",
  -- Birth date of the child, for guardians: the age limit is a parameter, so it is worked out when somebody asks.
  born         date,
  -- How a citizen's page links to the person: handle and name to show.
  handle       uuid,
  label        text,
  from_at      timestamptz not null,
  until_at     timestamptz,
  source       text not null,
  reason       text,
  recorded_at  timestamptz not null default clock_timestamp(),
  ended_at     timestamptz,
  ended_by     text,
  ended_reason text,
  primary key (patient, id),
  check (num_nonnulls(worker, unit, institution, account) > 0),
  check (until_at is null or until_at > from_at),
  check (kind not in ('self', 'guardian') or account is not null),
  check (kind <> 'guardian' or born is not null or until_at is not null)
);
create index relation_by_worker on access.relation (worker, until_at) where ended_at is null and worker is not null;
create index relation_by_unit on access.relation (unit, until_at) where ended_at is null and unit is not null;
create index relation_by_institution on access.relation (institution, until_at) where ended_at is null and kind in ('visit', 'stay');
create index relation_by_account on access.relation (account) where ended_at is null and account is not null;

create function access.end_once() returns trigger language plpgsql as $$
begin
  if old.ended_at is not null then
    raise exception 'a relation is ended once' using errcode = '23514';
  end if;
  if new.ended_at is null then
    raise exception 'a relation may only be ended' using errcode = '23514';
  end if;
  return new;
end $$;
create trigger relation_ends_once before update on access.relation for each row execute function access.end_once();

-- The duty roster of a unit.
create table access.duty (
  worker    int4 not null,
  unit      int4 not null,
  from_at   timestamptz not null,
  until_at  timestamptz not null,
  primary key (worker, unit, from_at),
  check (until_at > from_at)
);

-- Who stands in for which doctor, by calendar days in Belgrade, the last one included.
create table access.substitution (
  substitute int4 not null,
  worker     int4 not null,
  from_day   date not null,
  until_day  date not null,
  primary key (substitute, worker, from_day),
  check (until_day >= from_day),
  check (substitute <> worker)
);

-- Parameters of the law with the day they take effect and the paragraph they come from; the newest in effect counts.
create table access.parameter (
  name      text collate "C" not null,
  from_day  date not null,
  value     int4 not null,
  paragraph text not null,
  primary key (name, from_day)
);

-- Visits a doctor opened with the patient present, counted per day, so that a limit holds in all processes.
create table access.visit_count (
  worker int4 not null,
  day    date not null,
  opened int4 not null,
  primary key (worker, day)
);

-- The simulated health card: a proof of presence that works once and for minutes. Only its keyed hash is kept.
create table access.card_proof (
  patient    int8 not null,
  code_hash  bytea not null check (octet_length(code_hash) = 32),
  keys       int8[] not null,
  expires_at timestamptz not null,
  used_at    timestamptz,
  primary key (patient, code_hash)
);
create index card_proof_by_code on access.card_proof (code_hash);

-- A system says that this doctor has an encounter in progress; it opens nothing until the doctor confirms it.
create table access.claim (
  patient      int8 not null,
  id           uuid not null,
  worker       int4 not null,
  unit         int4,
  institution  int4 not null,
  encounter    text collate "C" not null,
  claimed_at   timestamptz not null,
  expires_at   timestamptz not null,
  confirmed_at timestamptz,
  closed_at    timestamptz,
  primary key (patient, id)
);
create unique index claim_by_encounter on access.claim (patient, institution, encounter, worker);
create index claim_by_worker on access.claim (worker, expires_at) where confirmed_at is null and closed_at is null;

-- People who sign in. Passwords exist for the embedded provider of the demo only, as argon2id.
create table access.account (
  id               text collate "C" primary key,
  user_name        text collate "C" unique,
  password         text,
  issuer           text collate "C",
  subject          text collate "C",
  name             text not null,
  roles            text[] not null check (cardinality(roles) > 0),
  worker           int4,
  institution      int4,
  institution_name text,
  unit             int4,
  unit_name        text,
  -- Root key and handle of the person whose record this citizen holds.
  patient          int8,
  handle           uuid,
  demo             boolean not null default false,
  created_at       timestamptz not null default clock_timestamp(),
  revoked_at       timestamptz,
  unique (issuer, subject),
  check (num_nonnulls(issuer, subject) in (0, 2))
);

create table access.session (
  id_hash    bytea primary key check (octet_length(id_hash) = 32),
  id         uuid not null unique,
  account    text collate "C" not null,
  created_at timestamptz not null,
  seen_at    timestamptz not null,
  expires_at timestamptz not null,
  ended_at   timestamptz
);
create index session_by_account on access.session (account);

-- Tries to sign in, by keyed hashes, because people type anything into a name field.
create table access.attempt (
  id      int8 generated always as identity primary key,
  account bytea not null,
  address bytea not null,
  at      timestamptz not null,
  success boolean not null
);
create index attempt_by_account on access.attempt (account, at);
create index attempt_by_address on access.attempt (address, at);

-- Systems of institutions (SMART Backend Services). Only public keys are kept.
create table access.client (
  id               text collate "C" primary key,
  name             text not null,
  institution      int4 not null,
  institution_name text,
  scopes           text[] not null check (cardinality(scopes) > 0),
  jwks             jsonb not null,
  created_at       timestamptz not null default clock_timestamp(),
  revoked_at       timestamptz
);

-- Assertions already used: a second one with the same jti is refused in every process.
create table access.assertion (
  client     text collate "C" not null,
  jti_hash   bytea not null check (octet_length(jti_hash) = 32),
  expires_at timestamptz not null,
  primary key (client, jti_hash)
);
create index assertion_by_expiry on access.assertion (expires_at);

-- Signing keys; the private half is sealed by a key that lives outside the database.
-- Not yet activated: next. Activated: current. Retired: previous, still published. Withdrawn: no longer accepted at all.
create table access.signing_key (
  kid          text collate "C" primary key,
  purpose      text collate "C" not null check (purpose in ('token', 'provider')),
  public_key   jsonb not null,
  sealed       bytea not null,
  created_at   timestamptz not null,
  activated_at timestamptz,
  retired_at   timestamptz,
  withdrawn_at timestamptz
);

-- State of the embedded OpenID provider, shared by all processes.
create table access.provider_state (
  model      text collate "C" not null,
  id         text collate "C" not null,
  payload    jsonb not null,
  grant_id   text collate "C",
  uid        text collate "C",
  expires_at timestamptz,
  primary key (model, id)
);
create index provider_state_by_grant on access.provider_state (grant_id) where grant_id is not null;
create index provider_state_by_uid on access.provider_state (uid) where uid is not null;
create index provider_state_by_expiry on access.provider_state (expires_at);

-- What other processes must forget at once: a key, a client, an account, a session. Read by transaction number,
-- because a row that commits late must still be seen.
create table access.change (
  id      int8 generated always as identity primary key,
  xid     xid8 not null default pg_current_xact_id(),
  kind    text collate "C" not null check (kind in ('key', 'client', 'account', 'session')),
  subject text collate "C" not null,
  at      timestamptz not null default clock_timestamp()
);
create index change_by_xid on access.change (xid);

grant usage on schema access to spona_app;
grant select, insert on access.relation to spona_app;
grant update (ended_at, ended_by, ended_reason) on access.relation to spona_app;
grant select, insert on access.duty, access.substitution to spona_app;
grant update (until_at) on access.duty to spona_app;
grant update (until_day) on access.substitution to spona_app;
grant select, insert on access.parameter to spona_app;
grant select, insert on access.visit_count to spona_app;
grant update (opened) on access.visit_count to spona_app;
grant select, insert on access.card_proof to spona_app;
grant update (used_at) on access.card_proof to spona_app;
grant select, insert on access.claim to spona_app;
grant update (confirmed_at, closed_at) on access.claim to spona_app;
grant select, insert on access.account to spona_app;
grant update (revoked_at, password) on access.account to spona_app;
grant select, insert on access.session to spona_app;
grant update (seen_at, ended_at) on access.session to spona_app;
grant select, insert on access.attempt to spona_app;
grant select, insert on access.client to spona_app;
grant update (revoked_at) on access.client to spona_app;
grant select, insert, delete on access.assertion to spona_app;
-- To skip rows that another process is clearing away, PostgreSQL asks for the right to update.
grant update (expires_at) on access.assertion to spona_app;
grant select, insert on access.signing_key to spona_app;
grant update (activated_at, retired_at, withdrawn_at) on access.signing_key to spona_app;
grant select, insert, update, delete on access.provider_state to spona_app;
grant select, insert on access.change to spona_app;
