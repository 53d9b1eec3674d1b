-- What each contract has used of its quota in a minute, taken by the processes in portions. Worth nothing after a crash, so it is not in
-- the write-ahead log.
create unlogged table bus.quota (
  contract uuid primary key,
  minute int8 not null,
  used int8 not null
);
grant select, insert, update on bus.quota to spona_app;
