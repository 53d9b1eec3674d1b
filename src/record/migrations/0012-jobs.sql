-- Work that outlives its request: exports and imports of many resources. A row survives whatever happens to the process; whoever
-- holds the lease (an advisory lock on its number) works on it and goes on at `place`.
create table record.job (
  id uuid primary key,
  number int4 not null generated always as identity,
  kind text not null,
  client text collate "C" not null,   -- account that asked: nobody else hears that the job exists
  asked jsonb not null,               -- who asked, with which rights, and for what; never a personal number
  state text not null default 'waiting',
  attempts int4 not null default 0,
  done int8 not null default 0,
  total int8,
  place jsonb,                        -- where it goes on; null is the beginning
  outputs jsonb not null default '[]',
  problem jsonb,                      -- an OperationOutcome
  created_at timestamptz not null,
  expires_at timestamptz not null,
  check (kind in ('export', 'import')),
  check (state in ('waiting', 'running', 'done', 'failed', 'cancelled'))
);
create index job_open on record.job (number) where state in ('waiting', 'running');
create index job_client on record.job (client);
grant select, insert, update, delete on record.job to spona_app;
