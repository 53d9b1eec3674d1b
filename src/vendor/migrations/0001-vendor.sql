-- The sandbox: systems of vendors with invented institutions, their runs of the scenarios, and certificates.
create schema vendor;
grant usage on schema vendor to spona_app;

create table vendor.system (
  id uuid primary key,
  institution int4 not null unique,   -- invented at sign-up, of this system alone
  mb text not null unique,
  vendor text not null,
  name text not null,
  version text not null,
  contact text not null,
  created_at timestamptz not null
);
grant select, insert on vendor.system to spona_app;
grant update (version) on vendor.system to spona_app;

-- A run is told its facts by its seed; what it found stands in the verdict. Nothing of a person is kept here.
create table vendor.run (
  id uuid primary key,
  system uuid not null references vendor.system (id),
  protocol text not null check (protocol in ('hl7v2', 'cda', 'csv', 'rest', 'bus')),
  played_by text not null check (played_by in ('script', 'system')),
  is_repeat bool not null,
  rules text not null,
  seed text not null,
  system_version text not null,
  began_at timestamptz not null,
  since_tx int8 not null,             -- what its institution wrote since then is looked at
  heard jsonb,                        -- what the runner heard from the edge
  ended_at timestamptz,
  score int4,
  passed bool,
  verdict jsonb
);
create index run_of on vendor.run (system, began_at);
create index run_passed on vendor.run (system, protocol, ended_at) where passed;
grant select, insert, delete on vendor.run to spona_app;
grant update (heard, ended_at, score, passed, verdict) on vendor.run to spona_app;

create table vendor.certificate (
  id uuid primary key,
  system uuid not null references vendor.system (id),
  protocol text not null,
  run uuid not null references vendor.run (id),
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  jws text not null,
  -- failing: a nightly repetition did not pass; passes again when one does.
  state text not null check (state in ('valid', 'failing', 'revoked')),
  checked_at timestamptz,             -- of the last nightly repetition
  reason text
);
create index certificate_of on vendor.certificate (system, issued_at);
grant select, insert on vendor.certificate to spona_app;
grant update (state, checked_at, reason) on vendor.certificate to spona_app;

-- Lines that the sandbox cuts, so that a scenario has a centre that is away.
create table vendor.outage (
  institution int4 primary key,
  until timestamptz not null
);
grant select, insert, update, delete on vendor.outage to spona_app;
