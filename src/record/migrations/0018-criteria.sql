-- Subscriptions whose criteria are a search, as R4 itself has them, run without a topic: their only filter is the criteria.
alter table record.subscription alter column topic drop not null;
