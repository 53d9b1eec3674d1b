-- The employment part of sick leaves. Steps and documents are added and never changed; `day` and `waiting` are where each leave stands now.
-- What is medical lies in a schema of its own (0002).
create schema sickleave;

create table sickleave.leave (
  patient     int8 not null,
  id          uuid not null,
  number      text collate "C" not null,
  institution int4 not null,
  worker      int4 not null,
  opened_at   timestamptz not null,
  primary key (patient, id)
);

create table sickleave.step (
  patient     int8 not null,
  leave       uuid not null,
  -- Two who act at once want the same number: one of them is told to look again.
  seq         int4 not null check (seq > 0),
  kind        text collate "C" not null
    check (kind in ('opened', 'extended', 'reported', 'referred', 'decided', 'closed', 'cancelled', 'corrected')),
  body        jsonb not null,
  -- When it was written here, and when it happened where there was no connection.
  at          timestamptz not null,
  happened_at timestamptz not null,
  actor       text collate "C" not null,
  actor_name  text not null,
  institution int4,
  worker      int4,
  primary key (patient, leave, seq)
);

-- One leave for a day of a person: two that overlap cannot both be stored, whoever opens them.
create table sickleave.day (
  patient int8 not null,
  day     date not null,
  leave   uuid not null,
  primary key (patient, day)
);
create index day_by_leave on sickleave.day (patient, leave);

create table sickleave.document (
  patient     int8 not null,
  id          uuid not null,
  leave       uuid not null,
  number      text collate "C" not null,
  kind        text collate "C" not null check (kind in ('certificate', 'report')),
  version     int4 not null check (version > 0),
  -- Null: nobody is insured through an employer; the leave is valid and the document is the person's.
  employer    int4,
  -- What that employer knows the leave by.
  known_as    uuid,
  content     jsonb not null,
  issued_at   timestamptz not null,
  happened_at timestamptz not null,
  replaces    uuid,
  primary key (patient, id),
  unique (patient, number, version)
);
create index document_by_leave on sickleave.document (patient, leave);
create index document_known_as on sickleave.document (known_as) where known_as is not null;

-- A document is void and another is issued; the void one stays readable.
create table sickleave.voided (
  patient  int8 not null,
  document uuid not null,
  at       timestamptz not null,
  actor    text collate "C" not null,
  why      text not null,
  primary key (patient, document)
);

-- What lies with the commission, oldest first.
create table sickleave.waiting (
  patient        int8 not null,
  leave          uuid not null,
  since          timestamptz not null,
  proposed_until date not null,
  primary key (patient, leave)
);
create index waiting_since on sickleave.waiting (since);

-- What the employee lets one employer read of the diagnosis, sealed; taken back is gone.
create table sickleave.shared (
  patient  int8 not null,
  leave    uuid not null,
  employer int4 not null,
  -- What the employer knows this leave by: it tells nothing of the person, nor of another employer's.
  known_as uuid not null,
  sealed   bytea not null,
  at       timestamptz not null,
  primary key (patient, leave, employer)
);
create index shared_by_employer on sickleave.shared (employer, known_as);

create table sickleave.series (
  institution int4 not null,
  year        int2 not null,
  next        int4 not null check (next > 0),
  primary key (institution, year)
);

-- Numbers set aside for a place that may lose its connection.
create table sickleave.number_block (
  id          uuid primary key,
  institution int4 not null,
  year        int2 not null,
  first       int4 not null,
  last        int4 not null check (last >= first),
  client      text collate "C" not null,
  at          timestamptz not null
);
create index number_block_by_institution on sickleave.number_block (institution, year);

create table sickleave.used_number (
  institution int4 not null,
  year        int2 not null,
  serial      int4 not null,
  primary key (institution, year, serial)
);

create table sickleave.parameter (
  name          text collate "C" not null,
  from_day      date not null,
  value         float8 not null,
  paragraph     text not null check (paragraph <> ''),
  is_unverified bool not null,
  entered_at    timestamptz not null,
  primary key (name, from_day)
);

create table sickleave.standard (
  code          text collate "C" not null,
  entered_at    timestamptz not null,
  days          int4 not null check (days between 1 and 400),
  source        text not null check (source <> ''),
  is_unverified bool not null,
  primary key (code, entered_at)
);

grant usage on schema sickleave to spona_app;
grant select, insert on sickleave.leave, sickleave.step, sickleave.document, sickleave.voided, sickleave.number_block, sickleave.used_number,
  sickleave.parameter, sickleave.standard to spona_app;
grant select, insert, delete on sickleave.day, sickleave.waiting, sickleave.shared to spona_app;
grant update on sickleave.waiting, sickleave.shared to spona_app;
grant select, insert, update on sickleave.series to spona_app;
