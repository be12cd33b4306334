-- What an adapter must remember between two runs: a cursor, a subscription, a UIDVALIDITY.

create table mailboxes (
    id         text primary key, -- the address
    memory     jsonb       not null default '{}',
    updated_at timestamptz not null default clock_timestamp()
);
