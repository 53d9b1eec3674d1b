-- Whether a consent stands is asked by the clock of the server, where the key of the share is handed out: without it the row opens to nobody.
drop policy own on sickleave.shared;
create policy own on sickleave.shared for select to spona_employer using (employer = any(sickleave.own_employers()));
