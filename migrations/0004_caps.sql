-- What has gone out, for counting: one row a send, written in the transaction that reserves it. A cancelled send does not count.

create table outgoing (
    send_id    bigint primary key references sends on delete cascade,
    mailbox_id text        not null,
    thread_id  text        not null,
    recipient  text        not null, -- digests: they are compared and never read
    domain     text        not null,
    automatic  boolean     not null,
    at         timestamptz not null default clock_timestamp()
);
create index outgoing_at on outgoing (at);
create index outgoing_thread on outgoing (mailbox_id, thread_id) where automatic;
