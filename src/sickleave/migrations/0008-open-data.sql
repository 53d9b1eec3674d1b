-- Figures that were published, by month and municipality and by day for the country. Published once and never reckoned anew: two states of the
-- same period, laid over each other, could speak of one person.
create table sickleave.open_data (
  period text collate "C" primary key check (period ~ '^\d{4}-\d{2}(-\d{2})?$'),
  rows   jsonb not null,
  k      int4 not null,
  at     timestamptz not null
);
grant select, insert on sickleave.open_data to spona_app;
