-- A system that joins the bus by itself also changes its keys by itself. The first set stands with the client; each later one is a
-- row, never changed, and the newest counts: which keys a system had when can always be said.
create table access.client_key_set (
  client text not null references access.client (id),
  number int4 not null,
  at timestamptz not null,
  jwks jsonb not null,
  primary key (client, number)
);
grant select, insert on access.client_key_set to spona_app;
