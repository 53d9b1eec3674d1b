-- A page that was written since the last checkpoint may say for nothing that its rows are committed; later that costs a full page of the log, because
-- pages have checksums. So what only grows is vacuumed soon after it was written, and frozen in the same visit. Pages that were visited are not
-- visited again, however large the table is.
alter table record.resource set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000, autovacuum_freeze_min_age = 0);
alter table record.token set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000, autovacuum_freeze_min_age = 0);
alter table record.string set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000, autovacuum_freeze_min_age = 0);
alter table record.identifier set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000, autovacuum_freeze_min_age = 0);
alter table record.chunk set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 2000, autovacuum_freeze_min_age = 0);
