-- record.sound also leads from the first letters of a word to the word, so that a name is found by how it begins, and in sounds a
-- letter that Latin writes with two is one. How far the names of before have come into it: searches by beginnings use it when it is done.
create table record.beginning (
  one bool primary key default true check (one),
  is_done bool not null,
  place_type int2, place_value text collate "C", place_patient int8, place_id uuid
);
insert into record.beginning (is_done) select not exists (select from record.string);
grant select, update on record.beginning to spona_app;
