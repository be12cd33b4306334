-- The memory: cases (which are also the work queue), their drafts, effects, sends, cards, figures and the audit log.

create table messages (
    id                bigint generated always as identity primary key,
    -- the mail
    mailbox_id        text        not null,
    source            text        not null, -- the provider's own reference: the key that makes ingesting twice harmless
    rfc822_message_id text        not null,
    thread_id         text        not null,
    content_sha256    text, -- of sender, subject and newest text: the same Message-ID with other content is no duplicate
    sender            text        not null,
    subject           text        not null,
    received_at       timestamptz not null,
    ingested_at       timestamptz not null default clock_timestamp(),
    -- what was made of it
    status            text        not null default 'queued' check (status in (
        'queued', 'working', 'ignored', 'review', 'human', 'quarantined', 'approved', 'sent', 'unknown', 'rejected', 'taken_over', 'dead')),
    intent            text,
    urgency           text check (urgency in ('low', 'normal', 'high', 'urgent')),
    owner             text,
    policy_flags      text[]      not null default '{}',
    confidence        real,
    route             text check (route in ('auto_send', 'review', 'human', 'ignore')),
    would_be          text check (would_be in ('auto_send', 'review', 'human', 'ignore')),
    auto_sent         boolean     not null default false,
    respond_by        timestamptz,
    decided_at        timestamptz, -- triage ended
    closed_at         timestamptz, -- a person, or the outbox, ended it
    handled_by        text,        -- the person's id in Slack
    outcome           text,
    revision          integer     not null default 0,
    -- the queue
    attempts          integer     not null default 0, -- counted at claim, so that a mail which kills the worker counts too
    crashes           integer     not null default 0, -- claims that never came back with an answer, counted at claim
    lease_token       uuid,
    lease_until       timestamptz,
    available_at      timestamptz not null default clock_timestamp(),
    last_error        text,
    traceparent       text        not null, -- W3C trace context
    unique (mailbox_id, source)
);
create index messages_queue on messages (available_at, id) where status in ('queued', 'working');
create index messages_thread on messages (mailbox_id, thread_id, id);
create index messages_open on messages (mailbox_id, status, received_at) where status in ('review', 'human', 'quarantined', 'unknown', 'dead');
create index messages_rfc822 on messages (mailbox_id, rfc822_message_id);
create index messages_received on messages (received_at);

-- Everything that a customer or a colleague wrote passes through the one codec of bot/store: `codec` names how `data` was encoded.
create table bodies (
    message_id bigint not null references messages on delete cascade,
    part       text   not null check (part in ('raw', 'email', 'case')), -- as it came; as read; what was made of it
    codec      text   not null,
    data       bytea  not null,
    primary key (message_id, part)
);

-- What a decision was made from: enough to make it again, byte for byte.
create table decisions (
    message_id bigint      not null references messages on delete cascade,
    attempt    integer     not null,
    codec      text        not null,
    inputs     bytea       not null,
    versions   jsonb       not null,
    output     bytea       not null,
    made_at    timestamptz not null default clock_timestamp(),
    primary key (message_id, attempt)
);

create table drafts (
    id          bigint generated always as identity primary key,
    message_id  bigint      not null references messages on delete cascade,
    version     integer     not null,
    draft_text  text        not null, -- the text, encoded as `codec` says
    codec       text        not null,
    data        bytea       not null, -- the whole draft: subject, slots with their sources, findings
    sha256      text        not null,
    template_id text        not null,
    author      text        not null, -- 'template', or the person who edited it
    approver    text,
    decision    text check (decision in ('sent_as_is', 'sent_edited', 'auto_sent', 'answered_by_hand', 'rejected', 'taken_over', 'superseded')),
    latency_ms  integer     not null,
    cost_usd    double precision not null default 0,
    created_at  timestamptz not null default clock_timestamp(),
    decided_at  timestamptz,
    unique (message_id, version)
);

create table effects (
    id           bigint generated always as identity primary key,
    message_id   bigint      not null references messages on delete cascade,
    key          text        not null unique,
    lane         text        not null, -- effects of one lane are done in the order of their ids
    type         text        not null,
    payload      text        not null, -- the effect as JSON, encoded by the codec
    state        text        not null default 'pending' check (state in ('pending', 'done', 'dead')),
    attempts     integer     not null default 0,
    crashes      integer     not null default 0, -- claims that never came back with an answer, counted at claim
    lease_token  uuid,
    lease_until  timestamptz,
    available_at timestamptz not null default clock_timestamp(),
    last_error   text,
    traceparent  text        not null,
    created_at   timestamptz not null default clock_timestamp(),
    done_at      timestamptz
);
create index effects_pending on effects (available_at, id) where state = 'pending';
create index effects_lane on effects (lane, id) where state = 'pending';

-- The two-phase send (reliability 1.3). One row a reply: the unique key is what "never twice" rests on.
create table sends (
    id                bigint generated always as identity primary key,
    message_id        bigint      not null references messages,
    mailbox_id        text        not null,
    rfc822_message_id text        not null, -- of the mail that is answered
    reply_slot        integer     not null default 0,
    send_id           uuid        not null unique default gen_random_uuid(), -- stands in X-Triage-Send-Id
    state             text        not null check (state in ('reserved', 'drafted', 'sending', 'sent', 'unknown', 'cancelled')),
    provider_draft_id text unique,
    mail_codec        text        not null,
    mail              bytea       not null, -- the exact bytes that were approved
    mail_sha256       text        not null,
    attempt           integer     not null default 1,
    last_attempt_at   timestamptz,
    reserved_at       timestamptz not null default clock_timestamp(),
    sent_at           timestamptz,
    unique (mailbox_id, rfc822_message_id, reply_slot)
);
create index sends_message on sends (message_id);

-- The one living Slack message of each kind for a case; any other is a stale card.
create table cards (
    message_id bigint  not null references messages on delete cascade,
    kind       text    not null check (kind in ('root', 'mail', 'draft')),
    channel    text    not null,
    ts         text    not null,
    revision   integer not null, -- of the case when it was last drawn
    posted_at  timestamptz not null default clock_timestamp(),
    primary key (message_id, kind),
    unique (channel, ts)
);

create table metrics (
    date           date             not null,
    intent         text             not null,
    auto_rate      double precision, -- sent by itself / triaged
    approve_rate   double precision, -- sent unchanged / reviewed
    revert_rate    double precision, -- later held wrong by a person / sent by itself
    avg_latency_ms double precision, -- received -> decision
    cost_usd       double precision not null default 0,
    primary key (date, intent)
);

create table audit_log (
    id          bigint generated always as identity primary key,
    at          timestamptz not null default clock_timestamp(),
    message_id  bigint, -- no foreign key: the log outlives what it tells of
    actor       text        not null, -- 'worker', 'outbox', or a person's id
    action      text        not null,
    from_status text,
    to_status   text,
    revision    integer,
    traceparent text        not null,
    detail      jsonb       not null default '{}'
);
create index audit_log_message on audit_log (message_id, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'audit_log is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger audit_log_append_only before update or delete on audit_log for each row execute function refuse_change();
create trigger audit_log_no_truncate before truncate on audit_log for each statement execute function refuse_change();
