/**
 * The store of an edge: one SQLite file. Each list is applied once, in order, and never changed afterwards; `user_version` counts them. Contents lie
 * apart from the data about them, so that a queue of hundred thousands is counted without reading a message.
 */
export const migrations: readonly string[] = [
  `
  create table item (
    seq integer primary key autoincrement,
    -- Also its number on the bus, so it is the same message however often it is sent.
    id text not null unique,
    source text not null,
    protocol text not null,
    name text not null,
    meta text not null,
    digest blob not null,
    bytes integer not null,
    received_at integer not null,
    state text not null check (state in ('waiting', 'ready', 'sent', 'acknowledged', 'quarantined', 'parked', 'discarded')),
    -- What orders: a keyed digest of the patient's number. What a later one replaces: the same of the document's.
    key text,
    document text,
    mapping text,
    losses text,
    -- A message that the bus has had gets a new number when it is sent once more.
    sendings integer not null default 0,
    attempts integer not null default 0,
    due_at integer not null default 0,
    message text,
    receipt text,
    sent_at integer,
    ended_at integer,
    reason text
  ) strict;
  create index item_waiting on item (seq) where state = 'waiting';
  create index item_ready on item (seq) where state = 'ready';
  create index item_ready_key on item (key, seq) where state = 'ready';
  create index item_sent on item (due_at) where state = 'sent';
  create index item_message on item (message) where message is not null;
  create index item_aside on item (state, seq) where state in ('quarantined', 'parked');
  create index item_ended on item (ended_at) where ended_at is not null;

  -- Version 0 is what came; a person’s corrections stand beside it and never in its place.
  create table original (seq integer not null, version integer not null, sealed blob not null, primary key (seq, version)) strict;
  create table mapped (seq integer primary key, sealed blob not null) strict;

  -- What came, so that it is one item however often a local system sends it for want of an answer.
  create table seen (
    source text not null,
    digest blob not null,
    seq integer not null,
    at integer not null,
    primary key (source, digest)
  ) strict, without rowid;
  create index seen_age on seen (at);

  -- Who did what to an item, for whoever asks later.
  create table step (seq integer not null, at integer not null, what text not null, who text not null) strict;
  create index step_of on step (seq);

  create table fact (name text primary key, value text not null) strict, without rowid;
  `,
  `
  -- What a local system has taken of what the bus brought, so that it is not given twice when the bus did not hear of it.
  create table given (message text not null, target text not null, at integer not null, primary key (message, target)) strict, without rowid;
  create index given_age on given (at);
  `,
  `
  -- Numbers that stand ready for certificates issued without a connection, and those that were. A number is in one certificate for ever.
  create table number_block (
    id text primary key,
    prefix text not null,
    year integer not null,
    next integer not null,
    last integer not null,
    until integer not null,
    returned integer not null
  ) strict, without rowid;
  create table certificate (
    id text primary key,
    number text not null unique,
    seq integer not null,
    at integer not null,
    digest blob not null
  ) strict, without rowid;
  create index certificate_at on certificate (at);
  `,
  `
  -- How many items are in each state, counted as they change: page, header and status ask for it at every answer, and a store holds a month.
  create table tally (state text primary key, count integer not null) strict, without rowid;
  insert into tally (state, count) select state, count(*) from item group by state;
  create trigger item_comes after insert on item begin
    insert into tally (state, count) values (new.state, 1) on conflict do update set count = count + 1;
  end;
  create trigger item_changes after update of state on item when old.state <> new.state begin
    update tally set count = count - 1 where state = old.state;
    insert into tally (state, count) values (new.state, 1) on conflict do update set count = count + 1;
  end;
  create trigger item_goes after delete on item begin
    update tally set count = count - 1 where state = old.state;
  end;
  `,
  `
  -- What an operator must hand out again is asked about as often as what was sent; without it the question read every message that ever had a receipt.
  create index item_parked on item (due_at) where state = 'parked';
  `,
  `
  -- What the bus brought and a local system did not take: beside the centre only this machine can say why, and here somebody looks.
  create table undelivered (
    message text primary key,
    service text not null,
    target text not null,
    since integer not null,
    last_try integer not null,
    attempts integer not null,
    reason text not null,
    is_final integer not null
  ) strict, without rowid;
  create index undelivered_of on undelivered (target, service, last_try);
  `,
  `
  -- What was mapped at one time lies together, compressed and sealed as one; what came alone or is large has a row of its own in mapped.
  create table pack (id text primary key, sealed blob not null) strict, without rowid;
  create table packed (seq integer primary key, pack text not null, starts integer not null, bytes integer not null) strict;
  create index packed_of on packed (pack);
  create trigger packed_goes after delete on packed when not exists (select 1 from packed where pack = old.pack) begin
    delete from pack where id = old.pack;
  end;
  `,
  `
  -- What the bus signed for the messages of one batch, as one text; an item names its place in it. A receipt that came alone stands with its item.
  create table receipts (id integer primary key, first integer not null, last integer not null, signed blob not null) strict;
  alter table item add column receipt_batch integer;
  alter table item add column receipt_at integer;
  `,
]
