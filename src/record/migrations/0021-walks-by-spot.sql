-- Long walks go in the order of the new primary keys. What was on its way in the order before begins anew: its place would lead into the midst of the rows.
update record.job set place = null, done = 0, outputs = '[]'
 where kind = 'export' and state in ('waiting', 'running') and jsonb_typeof(place) = 'object';
update record.search_parameter set step = 'current', done = 0, place_patient = null
 where step in ('current', 'superseded', 'late') and place_patient is not null;
