-- Before the work queue: deliveries that wait to become cases, mails too large for an outside queue, and budgets while Redis is away.

create table deliveries (
    id           bigint generated always as identity primary key, -- also the order within a thread
    mailbox_id   text        not null,
    source       text        not null,
    thread       text        not null, -- of one thread, one delivery is held at a time
    received_at  timestamptz not null,
    traceparent  text        not null,
    codec        text        not null,
    data         bytea, -- the mail as it came; null: it lies in the spool
    state        text        not null default 'waiting' check (state in ('waiting', 'dead')),
    attempts     integer     not null default 0, -- counted at claim, so that a delivery which kills its consumer counts too
    lease_token  uuid,
    lease_until  timestamptz,
    unique (mailbox_id, source)
);
create index deliveries_waiting on deliveries (id) where state = 'waiting';
create index deliveries_thread on deliveries (mailbox_id, thread, id) where state = 'waiting';

create table spool (
    mailbox_id text        not null,
    source     text        not null,
    codec      text        not null,
    data       bytea       not null,
    kept_at    timestamptz not null default clock_timestamp(),
    primary key (mailbox_id, source)
);

create table budgets (
    name text   primary key,
    due  bigint not null -- µs since 1970 by this server's clock: when all that was granted is paid for (0: never asked)
);
