-- Every look is a row. Rows are only ever added: the server's role has no other right, and each row's hash covers the row before it.
create schema audit;

-- One stream is one connection that writes entries ("lane"). The streams are a chain themselves, so a whole stream cannot disappear.
create table audit.stream (
  id        int4 primary key check (id > 0),
  opened_at timestamptz(3) not null,
  process   text not null,
  -- sha256 over the hash of stream id - 1 and this row; also the "previous hash" of the stream's first entry.
  hash      bytea not null check (octet_length(hash) = 32)
);

-- The primary key begins with the patient key, so the table distributes by it; 0 is "no patient concerned".
create table audit.entry (
  patient     int8 not null,
  stream      int4 not null,
  seq         int8 not null,
  at          timestamptz(3) not null,
  actor       text collate "C" not null,
  institution int4,
  action      text collate "C" not null,
  decision    text collate "C" not null check (decision in ('permit', 'deny')),
  -- The exact text that was hashed. The columns above repeat parts of it for the indexes, and verification compares them.
  entry       text not null,
  hash        bytea not null check (octet_length(hash) = 32),
  primary key (patient, stream, seq)
);
-- Verification and sealing read a stream in its order. Not unique, because a distributed table could not be; verification finds a double.
create index entry_by_stream on audit.entry (stream, seq);
create index entry_by_patient on audit.entry (patient, at desc, stream desc, seq desc);
create index entry_by_actor on audit.entry (actor, at desc, stream desc, seq desc);
create index entry_by_time on audit.entry using brin (at) with (pages_per_range = 32);

-- A signed statement of how far every open stream had come. The same line stands in a file outside the database.
create table audit.seal (
  number         int8 primary key check (number > 0),
  at             timestamptz(3) not null,
  -- sha256 of the previous seal's signed text; 32 zero bytes for the first.
  previous       bytea not null check (octet_length(previous) = 32),
  streams        int4 not null,
  streams_hash   bytea not null check (octet_length(streams_hash) = 32),
  -- RFC 6962 tree over heads, so that one head can be proved without the others.
  root           bytea not null check (octet_length(root) = 32),
  heads          jsonb not null,
  key_id         text collate "C" not null,
  signature      bytea not null check (octet_length(signature) = 64)
);

grant usage on schema audit to spona_app;
grant select, insert on audit.stream, audit.entry, audit.seal to spona_app;
