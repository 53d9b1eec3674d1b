-- What has been loaded of which invented population, so that a run can be broken off, resumed and enlarged.
create schema simulator;

create table simulator.population (
  seed  int4 primary key,
  -- The day the histories end with. Later runs of the same seed keep it: another day would make other people.
  today date not null,
  -- Hash of the licences and numbers of all workers: another version of the generator would invent other staff for the same register.
  staff bytea not null
);

create table simulator.progress (
  seed   int4 not null,
  -- People are loaded in blocks of a fixed size, in the order of their place in the population.
  block  int4 not null,
  people int4 not null check (people > 0),
  resources int8 not null,
  primary key (seed, block)
);

grant usage on schema simulator to spona_app;
grant select, insert on simulator.population to spona_app;
grant select, insert, update on simulator.progress to spona_app;

-- What the first run tells people: who may sign in as whom. One row, written with the accounts in one transaction.
create table simulator.demo (
  id      int2 primary key default 1 check (id = 1),
  summary jsonb not null,
  -- Visits of the day, by keys of the registers: each later start opens them anew once they are over.
  day     jsonb not null,
  until   timestamptz not null
);
grant select, insert, update (until) on simulator.demo to spona_app;
