-- A certificate issued without a connection was printed with a code of its own. It counts as long as the document that it became.
alter table sickleave.checkable add column stands_for bytea check (octet_length(stands_for) = 32);
create index checkable_by_document on sickleave.checkable (stands_for) where stands_for is not null;
