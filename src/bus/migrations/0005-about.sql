-- An answer is found by its call.
alter table bus.log add column about uuid;
create index log_about on bus.log (about) where about is not null;
