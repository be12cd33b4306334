-- What language models were asked, and what it cost.

-- Every call that a case took, fallbacks included: written in the transaction that settles the case.
create table calls (
    id         bigint generated always as identity primary key,
    message_id bigint      not null references messages on delete cascade,
    role       text        not null, -- classify, draft, summary, qa
    model      text        not null, -- as its provider calls it
    tokens_in  integer     not null, -- as the provider counted them, with what came from its cache
    cached_in  integer     not null,
    tokens_out integer     not null,
    usd        double precision not null,
    ms         integer     not null,
    at         timestamptz not null default clock_timestamp()
);
create index calls_message on calls (message_id);

-- What processes have drawn from a UTC day's budget, a little at a time and before they spend it.
create table model_spend (
    day date             primary key,
    usd double precision not null
);
