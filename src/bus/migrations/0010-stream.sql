-- What a stream of deliveries had sent when it ended, in its order: who goes on with Last-Event-ID gets what came after at once.
create table bus.stream (
  recipient uuid not null,
  id uuid not null,
  seqs int8[] not null,
  attempts int4[] not null,
  ended_at timestamptz not null,
  primary key (recipient, id)
);
grant select, insert, delete on bus.stream to spona_app;
