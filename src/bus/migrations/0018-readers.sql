-- How far others than the bus itself have read the outbox: what one of them has still to read is not removed.
create table bus.outbox_reader (
  name text primary key,
  tx int8 not null
);
insert into bus.outbox_reader (name, tx) values ('subscriptions', 0);
grant select, insert, update on bus.outbox_reader to spona_app;
-- What a contract lets through may be agreed anew.
grant update (body_mb) on bus.contract to spona_app;
