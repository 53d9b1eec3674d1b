-- Words of names and what each has in common with those that sound alike, all as keyed hashes: `phonetic` finds the words here and
-- the people by record.token. One row for each different word, not for each person.
create table record.sound (
  near int8 not null,
  word int8 not null,                 -- as in record.token
  primary key (near, word)
);
grant select, insert on record.sound to spona_app;
