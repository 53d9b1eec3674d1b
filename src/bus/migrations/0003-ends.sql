-- Which row of the log proves the end of a delivery: evidence asks by it instead of searching the log.
alter table bus.delivery add column ended_by uuid;
grant update (ended_by) on bus.delivery to spona_app;
