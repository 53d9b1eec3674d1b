-- A call whose caller has left waits for nobody: parked it stayed for ever, with an alert that nobody could end.
update bus.delivery set state = 'acknowledged' where state = 'parked' and reason = 'its caller waits no more';
