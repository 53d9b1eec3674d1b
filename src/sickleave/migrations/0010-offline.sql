-- Certificates issued without a connection: whose seal they bear, until when the numbers of a block are good, and what became of each that came.
alter table sickleave.signed add column by text collate "C" not null default 'doctor' check (by in ('doctor', 'institution'));

create table sickleave.institution_key (
  kid         text collate "C" primary key,
  jwk         jsonb not null,
  name        text not null,
  institution int4 not null,
  from_at     timestamptz not null,
  until_at    timestamptz not null
);

alter table sickleave.number_block
  -- The latest true time of a certificate with a number of the block.
  add column until_at   timestamptz,
  add column ended_at   timestamptz,
  -- From this number on they were returned.
  add column ended_from int4;

create table sickleave.offline_certificate (
  -- The message of the bus that brought it; evidence of it is there.
  message     uuid primary key,
  institution int4 not null,
  worker      int4 not null,
  number      text collate "C" not null,
  leave       uuid not null,
  patient     int8,
  at          timestamptz not null,
  arrived_at  timestamptz not null,
  -- Null when it was taken.
  sentence    text,
  hint        text
);
create index offline_certificate_by_worker on sickleave.offline_certificate (worker, arrived_at);

grant select, insert on sickleave.institution_key, sickleave.offline_certificate to spona_app;
grant update (ended_at, ended_from) on sickleave.number_block to spona_app;
