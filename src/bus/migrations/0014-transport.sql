-- Where deliveries are when a transport outside carries the queues: true from when one is in it until somebody comes for it, false while
-- it is only here, null when there is no such transport. `carries` tells one time in it from the next.
alter table bus.delivery add column carried bool;
alter table bus.delivery add column carries int4 not null default 0;
create index delivery_uncarried on bus.delivery (recipient, lane, seq) where carried = false and open;
grant update (carried, carries) on bus.delivery to spona_app;

-- Which stream the marks are about; another one holds nothing of what was carried before.
create table bus.transport (
  one bool primary key default true check (one),
  stream text not null
);
insert into bus.transport (stream) values ('');
grant select, update on bus.transport to spona_app;
