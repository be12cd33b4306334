-- Mail that nobody is shown a card for at once: what came during an outage, or before the mailbox was connected. One digest tells of it.

alter table messages
    add column dry_run  boolean not null default false, -- came before the mailbox was connected: read and recorded, never answered by us
    add column answered boolean not null default false, -- and the mailbox says that somebody answered it
    add column shelved  boolean not null default false; -- triaged without a card, until somebody opens it
create index messages_queue_worth on messages (dry_run, available_at, id) where status in ('queued', 'working');
create index messages_shelved on messages (mailbox_id, decided_at) where shelved and digest_id is null;

alter table digests add column kind text not null default 'filed' check (kind in ('filed', 'late', 'first'));

-- The dry run over a mailbox's past: asked for once, then worked off mail by mail.
create table backlogs (
    mailbox_id  text        primary key,
    days        integer     not null,
    since       timestamptz not null,
    asked_at    timestamptz not null default clock_timestamp(),
    finished_at timestamptz, -- every mail is in `messages`
    told_at     timestamptz
);
create table backlog_mails (
    mailbox_id text   not null references backlogs on delete cascade,
    reference  text   not null, -- how the mailbox finds the mail again
    position   bigint generated always as identity,
    primary key (mailbox_id, reference)
);
