-- Health workers by the register: whoever left an institution is let in there no longer, and whose certificate without a line it is.
create index account_by_worker on access.account (worker) where worker is not null and revoked_at is null;
