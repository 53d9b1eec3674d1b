-- Subscriptions on topics, as they run. The resource itself is a resource like any other; what is secret (header values) and what
-- changes with every notification stands here. The key is that of the resource.
create table record.subscription (
  patient int8 not null,              -- below 4096: about nobody
  id uuid not null,
  name text collate "C",              -- id given by the client
  client text not null,               -- whose it is; asked anew at every notification
  scopes text[] not null,             -- of the token that wrote it: notifications never say more
  topic text not null,
  filters text[] not null,
  content text not null,              -- empty, id-only, full-resource
  mime text not null,
  endpoint text not null,
  headers bytea not null,             -- sealed by a key outside the database
  heartbeat int4,                     -- seconds; null: none
  timeout int4 not null,              -- seconds
  batch int4 not null,                -- events in a notification at most
  ends_at timestamptz,
  state text not null,                -- requested, active, error, off
  generation int4 not null default 1, -- counts what its owner wrote: a notification under way changes nothing newer
  since_tx int8,                      -- events begin with this transaction; null before the first handshake
  number int8 not null default 0,     -- last event that has a number
  sent int8 not null default 0,       -- last event that was taken
  failures int4 not null default 0,
  failing_since timestamptz,
  notified_at timestamptz,
  due_at timestamptz,                 -- null: nothing to send
  leased_until timestamptz,           -- a notification is under way
  primary key (patient, id)
);
create index subscription_client on record.subscription (client);
create index subscription_due on record.subscription (due_at) where state <> 'off' and due_at is not null;

-- What happened, numbered for each subscription without gaps: pointers to versions, no contents.
create table record.subscription_event (
  subscription uuid not null,
  number int8 not null,
  at timestamptz not null,
  patient int8 not null,
  type int2 not null,
  id uuid not null,
  version int4 not null,
  interaction text not null,          -- create, update, delete
  primary key (subscription, number)
);
create index subscription_event_at on record.subscription_event using brin (at);

-- The last row of the outbox that was looked at, one row.
create table record.subscription_mark (
  tx int8 not null,
  patient int8 not null,
  id uuid not null
);
insert into record.subscription_mark (tx, patient, id) values (0, 0, '00000000-0000-0000-0000-000000000000');

grant select, insert, update on record.subscription to spona_app;
grant select, insert, delete on record.subscription_event to spona_app;
grant select, update on record.subscription_mark to spona_app;
