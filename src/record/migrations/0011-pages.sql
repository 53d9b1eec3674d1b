-- A page of a search answers as of the moment of its first page: what was superseded since then is found by when that was.
create index superseded_until_tx on record.superseded using brin (until_tx);
-- `_sort=_lastUpdated` and `_lastUpdated=gt…` over a whole type read only the part of the table that was written then.
create index resource_at on record.resource using brin (at);

-- What a page link says when it is too long for an address (a search of hundreds of values by POST): sealed like the link itself.
create table record.page_link (
  id uuid primary key,
  expires timestamptz not null,
  sealed bytea not null
);
create index page_link_expires on record.page_link (expires);
grant select, insert, delete on record.page_link to spona_app;
