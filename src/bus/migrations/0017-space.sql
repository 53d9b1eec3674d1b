-- What a delivery leaves behind when its row goes: which row of the log proves its end. Twenty times narrower than the row was.
create table bus.ended (
  message uuid not null,
  proof uuid not null,
  primary key (message, proof)
);
grant select, insert on bus.ended to spona_app;
-- Removing what is old finds it without reading what is not.
create index delivery_age on bus.delivery using brin (stored_at) with (pages_per_range = 32);
create index body_age on bus.body using brin (stored_at) with (pages_per_range = 32);
-- A lease changes no indexed column: with room on the page the row is changed there and no index hears of it.
alter table bus.delivery set (fillfactor = 50);
