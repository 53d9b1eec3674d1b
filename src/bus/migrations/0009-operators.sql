-- What operators look at. Figures of ten seconds each, from every process of the server; worth nothing after a crash, so they are
-- not in the write-ahead log.
create unlogged table bus.measure (
  slot timestamptz not null,
  process uuid not null,
  kind text not null check (kind in ('message', 'call', 'delivery')),
  service text not null,
  good int8 not null,
  refused int8 not null,
  failed int8 not null,
  -- How many took how long, by the bounds of measure.ts.
  latency int4[] not null,
  primary key (slot, process, kind, service)
);
grant select, insert, update, delete on bus.measure to spona_app;

-- Processes that live, and which addresses of providers each of them leaves alone at the moment.
create unlogged table bus.pulse (
  process uuid primary key,
  seen_at timestamptz not null,
  circuits jsonb not null
);
grant select, insert, update, delete on bus.pulse to spona_app;

-- When it was last handed out: a step of its path that the log does not hold.
alter table bus.delivery add column leased_at timestamptz;
grant update (leased_at) on bus.delivery to spona_app;
create index delivery_parked on bus.delivery (recipient, seq) where state = 'parked';
