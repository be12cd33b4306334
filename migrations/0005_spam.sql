-- Mail that was filed without a card: the digests that list it, and what people said of it.

create table digests (
    id         bigint generated always as identity primary key,
    mailbox_id text        not null,
    until      timestamptz not null, -- two programs whose clocks strike together make one digest
    unique (mailbox_id, until)
);

-- The Slack messages that show a digest; page 0 is the one in the channel, the others stand in its thread.
create table digest_pages (
    digest_id bigint  not null references digests on delete cascade,
    page      integer not null,
    channel   text    not null,
    ts        text    not null,
    primary key (digest_id, page)
);

alter table messages add column digest_id bigint references digests;
create index messages_undigested on messages (mailbox_id, decided_at) where status = 'ignored' and digest_id is null;
create index messages_digest on messages (digest_id) where digest_id is not null;

-- A person's word on a mail that was filed as spam: the mail is in `bodies`, and later training can use both.
create table spam_labels (
    message_id bigint      primary key references messages on delete cascade,
    verdict    text        not null check (verdict in ('ham', 'spam')),
    said_by    text        not null, -- the person's id in Slack
    said_name  text        not null,
    said_at    timestamptz not null default clock_timestamp()
);

-- A digest is an effect without a case.
alter table effects alter column message_id drop not null;
