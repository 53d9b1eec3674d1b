-- To be handed out changes `state`, and a column that an index names makes every change a new entry in all of them. These two say for the
-- indexes what they need and do not change with a lease, so a lease changes the row alone.
alter table bus.delivery add column open bool generated always as (state in ('waiting', 'leased')) stored;
alter table bus.delivery add column parked bool generated always as (state = 'parked') stored;
alter table bus.delivery set (fillfactor = 80);
drop index bus.delivery_open;
drop index bus.delivery_key;
drop index bus.delivery_parked;
create index delivery_open on bus.delivery (recipient, lane, seq) where open;
create index delivery_key on bus.delivery (recipient, key, seq) where (open or parked) and key is not null;
create index delivery_parked on bus.delivery (recipient, seq) where parked;
