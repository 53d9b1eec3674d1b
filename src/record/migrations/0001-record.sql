create schema record;
grant usage on schema record to spona_app;

-- The current version of each resource: a pointer to its exact bytes, and what a search narrows by.
-- Bytes stand inline (small, fresh) or in a chunk (bundles: up to 64 resources of one type, compressed together).
-- A version is exactly one row, here or in record.superseded; its bytes never change.
-- Columns stand in the order of their alignment, so a row has no gaps.
create table record.resource (
  patient int8 not null,              -- key it was filed under; rows never move to another. Below 4096: not about a patient.
  tx int8 not null,                   -- transaction that wrote it: below the watermark nothing can still commit
  at timestamptz not null,            -- meta.lastUpdated
  version int4 not null,
  institution int4 not null,          -- whose system or worker submitted it
  day int4,                           -- main clinical date, days since 1970
  chunk int4, start int4, length int4,
  type int2 not null,                 -- position in the list of R4 types
  deleted bool not null default false,
  voided bool not null default false, -- filed under the wrong patient; moved by an operator, kept as evidence
  id uuid not null,                   -- first 6 bytes: the key, for ids given by the server
  tokens bytea,                       -- 3-byte hashes of its codes, references, uris and identifiers
  labels int2[],                      -- security labels
  name text collate "C",              -- id given by the client
  body text,
  primary key (patient, type, id),
  check (deleted or (body is null) <> (chunk is null))
);
create index resource_tx on record.resource using brin (tx);

create table record.superseded (
  like record.resource including defaults,
  until_tx int8 not null,
  until timestamptz not null,
  primary key (patient, type, id, version)
);
create index superseded_tx on record.superseded using brin (tx);

create table record.chunk (
  patient int8 not null,
  chunk int4 not null,                -- random, one of its patient's
  body bytea not null,
  primary key (patient, chunk)
);
alter table record.chunk alter column body set storage external; -- compressed already

-- Ids given by clients: unique for ever by constraint, also while two PUTs race. A reference to a Patient that has not
-- arrived yet reserves the name, so order of arrival does not matter.
create table record.name (
  type int2 not null,
  name text collate "C" not null,
  patient int8 not null,
  id uuid not null,
  institution int4 not null,
  primary key (type, name)
);

-- Where a value occurs, for questions that name no patient: one row per type, value and patient, with the days it spans.
-- A resource without a date spans all days. The value '' of a type stands for "has any".
create table record.token (
  hash int8 not null,
  patient int8 not null,
  first_day int4 not null,
  last_day int4 not null,
  primary key (hash, patient)
);

-- Identifiers, by keyed hash of type and value with the system's in the last 24 bits, so one row answers with and without a system.
create table record.identifier (
  hash int8 not null,
  patient int8 not null,
  primary key (hash, patient)
);

-- Folded text of string parameters, for questions that name no patient.
create table record.string (
  patient int8 not null,
  type int2 not null,
  id uuid not null,
  value text collate "C" not null,
  primary key (type, value, patient, id)
);

grant select, insert on record.superseded, record.chunk, record.name, record.identifier, record.string to spona_app;
grant select, insert, update on record.resource, record.token to spona_app;
