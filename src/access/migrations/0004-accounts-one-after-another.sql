-- Who moves to another institution gets another account under the same subject, and the former one stays as it was when it acted.
alter table access.account drop constraint account_issuer_subject_key;
create unique index account_of_subject on access.account (issuer, subject) where revoked_at is null;
-- Citizens by their person: whose child or ward the register of persons names.
create index account_by_patient on access.account (patient) where patient is not null and revoked_at is null;
