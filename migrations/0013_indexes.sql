-- What is asked every few seconds is found without reading a whole table.

drop index messages_open;
create index messages_open on messages (mailbox_id, status, received_at)
    where status in ('review', 'human', 'quarantined', 'scheduled', 'unknown', 'dead');
create index auto_answers_severe on auto_answers (intent) where severity is not null;
