-- Packages of definitions (profiles, extensions, value sets, code systems, search parameters) that were added to the running system.
create schema fhir;
grant usage on schema fhir to spona_app;

create sequence fhir.change;
grant usage on sequence fhir.change to spona_app;

-- A row appears when the whole package is there, so a process that sees it can read it.
create table fhir.package (
  name     text collate "C" not null check (name ~ '^[a-z0-9][a-z0-9.-]{1,99}$'),
  version  text collate "C" not null check (version ~ '^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$'),
  title    text not null,
  added_at timestamptz(3) not null,
  sha256   bytea not null check (octet_length(sha256) = 32),
  -- Grows with every package, so that a process sees that there is another one.
  changed  int8 not null default nextval('fhir.change'),
  primary key (name, version)
);
grant select, insert, delete on fhir.package to spona_app;

-- One definition as JSON, compressed by zstd: whole, and what validation reads of it (without texts for people and lists of concepts).
create table fhir.artifact (
  package text collate "C" not null,
  version text collate "C" not null,
  number  int4 not null check (number >= 0),
  type    text collate "C" not null,
  url     text collate "C" not null,
  -- The version that the definition itself states, or nothing.
  stated  text collate "C" not null,
  body    bytea not null,
  lean    bytea not null,
  primary key (package, version, number)
);
grant select, insert, delete on fhir.artifact to spona_app;
