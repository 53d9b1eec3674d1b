-- Who at the Fund has a request: for the lists of officers and of who shares out their work. Employers are not told.
alter table sickleave.request add column officer text collate "C";
grant update (officer) on sickleave.request to spona_app;
create index request_of_officer on sickleave.request (officer, due) where officer is not null and waits_for = 'fund';
