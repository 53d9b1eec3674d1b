-- What a provider answered to a call that it fetched, or to one that its caller may repeat by its own number.
create table bus.answer (
  call uuid primary key,
  status int2 not null,
  headers jsonb not null,
  sealed bytea not null,
  stored_at timestamptz not null
);
grant select, insert, delete on bus.answer to spona_app;
