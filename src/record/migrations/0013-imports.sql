-- An import in parts: each is a file of whole lines, and says how many of its lines are done. The line count moves in the same
-- transaction as the resources, so a crash neither loses a line nor stores one twice.
create table record.job_part (
  job uuid not null,
  part int4 not null,
  source text not null,            -- the file or body it came from
  first_line int8 not null,        -- number of its first line there, from 1
  lines int8 not null,
  place int8 not null default 0,   -- lines that are done
  failed int8 not null default 0,
  primary key (job, part)
);
create table record.job_error (
  job uuid not null,
  part int4 not null,
  line int8 not null,
  outcome jsonb not null,          -- an OperationOutcome
  primary key (job, part, line)
);
grant select, insert, update, delete on record.job_part to spona_app;
grant select, insert, delete on record.job_error to spona_app;
