-- Which codes on documents are genuine: a hash of each, and nothing about whom it is. The public page reads this table and no other.
create table sickleave.checkable (
  hash    bytea primary key check (octet_length(hash) = 32),
  kind    text collate "C" not null check (kind in ('certificate', 'report')),
  -- The last digits of the number on the paper: a code that was copied onto another paper does not match them.
  ending  text collate "C" not null check (ending ~ '^\d{4}$'),
  is_void bool not null default false
);
grant select, insert on sickleave.checkable to spona_app;
grant update (is_void) on sickleave.checkable to spona_app;
