-- Lines of an import with nothing on them: they are neither stored nor wrong.
alter table record.job_part add column blank int8 not null default 0;
