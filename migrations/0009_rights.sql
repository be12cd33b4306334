-- Who may answer by itself: the gate's standing of each intent with its record, and the kill switch.

create table gates (
    intent       text primary key,
    key          text        not null, -- the digest of what its answers come from
    makings      jsonb       not null, -- those parts, to name what changed
    state        text        not null check (state in ('learning', 'eligible', 'auto_send', 'suspended', 'demoted')),
    since        timestamptz not null,
    counts_from  timestamptz not null, -- evidence counts from mails received since then
    watched_from timestamptz,          -- when the detectors started; null without the right
    suspected    bigint[]    not null default '{}',
    revision     integer     not null default 0
);

create table gate_changes (
    id       bigint generated always as identity primary key,
    intent   text        not null,
    at       timestamptz not null default clock_timestamp(),
    actor    text        not null, -- the person's id in Slack; empty where no person acted
    before   text        not null,
    after    text        not null,
    event    jsonb       not null, -- with its evidence
    sentence text        not null,
    revision integer     not null
);
create index gate_changes_intent on gate_changes (intent, id);
create trigger gate_changes_append_only before update or delete on gate_changes for each row execute function refuse_change();

-- The newest row holds. Nothing goes out by itself while it says so.
create table pauses (
    id      bigint generated always as identity primary key,
    at      timestamptz not null default clock_timestamp(),
    paused  boolean     not null,
    by_id   text        not null, -- the person's id in Slack, or the operator's name at the command line
    by_name text        not null,
    why     text        not null default ''
);
create trigger pauses_append_only before update or delete on pauses for each row execute function refuse_change();

alter table messages
    drop constraint messages_status_check,
    add constraint messages_status_check check (status in (
        'queued', 'working', 'ignored', 'review', 'human', 'quarantined', 'scheduled', 'approved', 'sent', 'unknown', 'rejected',
        'taken_over', 'dead')),
    add column sends_at timestamptz, -- of a scheduled case: when it goes out by itself, unless somebody holds it
    add column gate_key text;        -- of what would have answered
