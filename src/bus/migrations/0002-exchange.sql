-- Who exchanges, by which right, and what passed. Tables that say something about rights are read whole into memory by
-- every process; `directory.version` grows with each change, in the same transaction, so nobody works by an old right for long.
create table bus.directory (
  one bool primary key default true check (one),
  version int8 not null
);
insert into bus.directory (version) values (1);
grant select, update on bus.directory to spona_app;

-- A system of an institution. Its word (`code`) stands in addresses.
create table bus.member (
  id uuid primary key,
  code text not null unique check (code ~ '^[a-z][a-z0-9-]{2,39}$'),
  name text not null,
  mb text not null,
  contact text not null,
  institution int4,
  -- The client of access that its tokens belong to; null until it is approved.
  client text unique,
  state text not null check (state in ('requested', 'approved', 'active', 'suspended', 'revoked')),
  proved_at timestamptz,
  tested_at timestamptz,
  webhook text,
  created_at timestamptz not null
);
grant select, insert on bus.member to spona_app;
grant update (institution, client, state, proved_at, tested_at, webhook) on bus.member to spona_app;

-- Every step of a member's or contract's life, never changed: who decided, by which decision.
create table bus.step (
  about uuid not null,
  number int4 not null,
  at timestamptz not null,
  state text not null,
  decision text,
  reason text,
  by_whom text not null,
  primary key (about, number)
);
grant select, insert on bus.step to spona_app;

-- What an institution is handed outside the net, so that the system that knows it is the institution's.
create table bus.organisation_code (
  mb text primary key,
  institution int4 not null,
  code_hash bytea not null,
  attempts int4 not null default 0,
  expires_at timestamptz not null
);
grant select, insert, delete on bus.organisation_code to spona_app;
grant update (institution, code_hash, attempts, expires_at) on bus.organisation_code to spona_app;

create table bus.member_key (
  kid text primary key,
  member uuid not null references bus.member (id),
  jwk jsonb not null,
  valid_from timestamptz not null,
  valid_until timestamptz not null,
  withdrawn_at timestamptz
);
create index member_key_of on bus.member_key (member);
grant select, insert on bus.member_key to spona_app;
grant update (valid_until, withdrawn_at) on bus.member_key to spona_app;

-- The catalogue (metaregister): what can be asked, sent or heard, and on which basis.
create table bus.service (
  provider uuid not null references bus.member (id),
  name text not null check (name ~ '^[a-z][a-z0-9.-]{1,59}$'),
  kind text not null check (kind in ('call', 'inbox', 'topic')),
  title text not null,
  purpose text not null,
  legal_basis text not null,
  source_of_truth text,
  structure jsonb,
  version text not null,
  sla text,
  addresses text[] not null default '{}',
  deprecated_at timestamptz,
  updated_at timestamptz not null,
  primary key (provider, name)
);
grant select, insert, update on bus.service to spona_app;

create table bus.contract (
  id uuid primary key,
  consumer uuid not null references bus.member (id),
  provider uuid not null,
  service text not null,
  purpose text not null,
  legal_basis text not null,
  -- [{ method, path }]: of a call which of them; a path may end in /*.
  endpoints jsonb not null,
  quota_per_minute int4 not null check (quota_per_minute between 1 and 1000000),
  lane int2 not null check (lane between 0 and 2),
  hold_key bool not null default false,
  state text not null check (state in ('requested', 'active', 'suspended', 'revoked')),
  valid_until timestamptz,
  created_at timestamptz not null,
  foreign key (provider, service) references bus.service (provider, name)
);
create index contract_of on bus.contract (consumer);
grant select, insert on bus.contract to spona_app;
grant update (state, valid_until) on bus.contract to spona_app;

-- One row for each exchange, never changed or removed: what is proved later. `tx` and `id` order the rows under a seal.
create table bus.log (
  id uuid primary key,
  tx int8 not null default (pg_current_xact_id()::text)::int8,
  at timestamptz not null,
  kind text not null check (kind in ('message', 'call', 'answer', 'acknowledged', 'parked')),
  -- The exact text whose hash is the leaf of the tree: header, digest, signature base and signature.
  entry text not null
);
create index log_order on bus.log (tx, id);
grant select, insert on bus.log to spona_app;

-- The Merkle root over the rows of the log whose transactions lie in [from_tx, to_tx), signed, each naming the one before.
create table bus.seal (
  number int8 primary key,
  from_tx int8 not null,
  to_tx int8 not null,
  rows int8 not null,
  seal text not null,
  signature text not null
);
grant select, insert on bus.seal to spona_app;

-- Contents, encrypted, apart from the log: they go when nobody needs them, the proof stays.
create table bus.body (
  message uuid primary key,
  sealed bytea not null,
  stored_at timestamptz not null
);
grant select, insert, delete on bus.body to spona_app;

-- A sender's own number of a message, kept for 30 days: the same message again is the same message.
create table bus.seen (
  sender uuid not null,
  name text not null,
  message uuid not null,
  digest bytea not null,
  at timestamptz not null,
  primary key (sender, name)
);
create index seen_age on bus.seen using brin (at);
grant select, insert, delete on bus.seen to spona_app;

-- What waits for whom. `key` is a hash of what orders (a patient), `document` of what a later
-- message replaces; `number` counts the recipient's events of a topic of the record, without gaps.
create table bus.delivery (
  recipient uuid not null,
  seq int8 generated always as identity,
  message uuid not null,
  sender uuid not null,
  service text not null,
  lane int2 not null,
  key bytea,
  document bytea,
  number int8,
  patient int8,
  state text not null default 'waiting' check (state in ('waiting', 'leased', 'acknowledged', 'parked')),
  out_of_order bool not null default false,
  attempts int4 not null default 0,
  due_at timestamptz not null,
  stored_at timestamptz not null,
  ended_at timestamptz,
  reason text,
  hold_key bool not null default false,
  primary key (recipient, seq)
);
create index delivery_open on bus.delivery (recipient, lane, seq) where state in ('waiting', 'leased');
create index delivery_key on bus.delivery (recipient, key, seq) where state in ('waiting', 'leased', 'parked');
create index delivery_message on bus.delivery (message);
grant select, insert, delete on bus.delivery to spona_app;
grant update (state, out_of_order, attempts, due_at, ended_at, reason) on bus.delivery to spona_app;

-- How far the outbox has been made into messages.
create table bus.published (
  one bool primary key default true check (one),
  tx int8 not null,
  patient int8 not null,
  id uuid not null
);
insert into bus.published (tx, patient, id) values (0, 0, '00000000-0000-0000-0000-000000000000');
grant select, update on bus.published to spona_app;
create table bus.topic_number (
  recipient uuid not null,
  service text not null,
  number int8 not null,
  primary key (recipient, service)
);
grant select, insert, update on bus.topic_number to spona_app;
create index outbox_rows on bus.outbox (tx, patient, id);

-- The record takes part like anybody: documents come to its inbox, what it learns goes out on its topic.
insert into bus.member (id, code, name, mb, contact, state, proved_at, tested_at, created_at)
values ('00000000-0000-4000-8000-000000000001', 'record', 'e-karton', '00000000', 'operator', 'active', now(), now(), now());
insert into bus.service (provider, name, kind, title, purpose, legal_basis, source_of_truth, version, updated_at)
values
  ('00000000-0000-4000-8000-000000000001', 'documents', 'inbox', 'FHIR R4 transaction and document bundles for the e-karton', 'health-care',
   'Sl. glasnik RS 45/2025', 'the sending institution', '1', now()),
  ('00000000-0000-4000-8000-000000000001', 'changes', 'topic', 'What changed in the e-karton: ids and counts, no contents', 'health-care',
   'Sl. glasnik RS 45/2025', 'e-karton', '1', now());
