create schema bus;
grant usage on schema bus to spona_app;

-- What others must learn, written by the same statement as the change itself. The key begins with the patient key, so
-- the rows distribute with the record's. `tx` orders them: below the watermark nothing can still commit.
create table bus.outbox (
  patient int8 not null,
  id uuid not null default gen_random_uuid(),
  tx int8 not null default (pg_current_xact_id()::text)::int8,
  at timestamptz not null,
  topic text not null,
  institution int4 not null,
  body jsonb not null,
  primary key (patient, id)
);
create index outbox_order on bus.outbox using brin (tx);

grant select, insert, delete on bus.outbox to spona_app;
