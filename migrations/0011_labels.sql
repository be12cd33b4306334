-- What people said of each draft, how many errors they let pass, and what went out by itself.

-- The key of every sampling and digest below: made here, once, and known to nobody.
create table secrets (
    name  text  primary key,
    value bytea not null
);
insert into secrets values ('sampling', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

create function digest_of(plain text) returns text language sql stable as $$
    select encode(sha256((select value from secrets where name = 'sampling') || convert_to(lower(plain), 'UTF8')), 'hex')
$$;

-- One row a case whose draft a person judges. It outlives the mail, and holds nothing of it but digests.
create table labels (
    case_id       bigint           primary key,
    intent        text             not null,
    key           text             not null, -- the gate key of what made the draft
    thread        text             not null,
    sender        text             not null,
    received_at   timestamptz      not null,
    earlier       integer          not null, -- cases of the thread before it
    would_go      boolean          not null, -- by itself, were it allowed to
    confidence    double precision not null,
    seeded        boolean          not null, -- the card showed a draft known to be bad first
    doubled       boolean          not null, -- a second person is asked as well
    fate          text check (fate in ('sent_as_is', 'small_edit', 'big_edit', 'rejected', 'taken_over', 'answered_by_hand')),
    verdict       text check (verdict in ('right', 'wrong')),
    judged_at     timestamptz,
    judged_by     text,
    revealed_at   timestamptz, -- when the card first said what would have happened, if that was before the verdict
    complained_at timestamptz, -- when a person held it wrong after all
    check ((verdict is null) = (judged_at is null) and (verdict is null) = (fate is null))
);
create index labels_intent on labels (intent, received_at);

-- Trials of a reviewer: a draft known to be bad, or a second person's verdict on the same draft.
create table reviewer_checks (
    case_id   bigint      not null,
    kind      text        not null check (kind in ('seed', 'double')),
    reviewer  text        not null, -- whose attention is measured
    second    text,
    missed    boolean,    -- of a seed: it was approved
    first_wrong  boolean,
    second_wrong boolean,
    at        timestamptz not null default clock_timestamp(),
    primary key (case_id, kind),
    check ((kind = 'seed' and missed is not null) or (kind = 'double' and second <> reviewer and first_wrong is not null and second_wrong is not null))
);

-- Every answer that went out by itself, or would have had nobody held it: what the detectors count.
create table auto_answers (
    case_id       bigint           primary key,
    intent        text             not null,
    key           text             not null,
    at            timestamptz      not null default clock_timestamp(), -- when it went out, or was held
    held          boolean          not null default false,
    chance        double precision not null check (chance > 0 and chance <= 1), -- how likely it was to be looked at
    picked        boolean          not null, -- a person is to look at it
    looked_at     timestamptz,
    wrong         boolean,         -- what that person found
    severity      text check (severity in ('wrong_recipient', 'invented_price', 'invented_commitment', 'leak')),
    complained_at timestamptz,
    corrected_at  timestamptz,
    check ((looked_at is null) = (wrong is null))
);
create index auto_answers_intent on auto_answers (intent, at);

-- The rules that an intent's gate key was made with: whether others can only lower routes is shown by comparing the two.
create table gate_rulebooks (
    intent   text  primary key references gates,
    rulebook jsonb not null
);
