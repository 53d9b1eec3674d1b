-- Sick leaves of the demo: who has them, the instant they are reckoned from, and how many acts are done. One row, written with the accounts.
create table simulator.sick_leaves (
  id    int2 primary key default 1 check (id = 1),
  plan  jsonb not null,
  began timestamptz not null,
  done  int4 not null default 0
);
grant select, insert, update (done) on simulator.sick_leaves to spona_app;
