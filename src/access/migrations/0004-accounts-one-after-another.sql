-- Who moves to another institution gets another account under the same subject, and the former one stays as it was when it acted.
alter table access.account drop constraint account_issuer_subject_key;
create unique index account_of_subject on access.account (issuer, subject) where revoked_at is null;
