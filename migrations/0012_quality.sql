-- What was thought of answers that went out by themselves, and what the work was worth.

-- Opinions of the second model, one an answer: they pick what people look at, and are never a verdict.
create table qa_reviews (
    message_id bigint      primary key references messages on delete cascade,
    model      text        not null, -- who was asked; empty where nobody could be
    doubt      text        not null,
    codec      text        not null,
    finding    text        not null, -- encoded
    usd        double precision not null default 0,
    at         timestamptz not null default clock_timestamp()
);

alter table metrics
    add column approval_ms   double precision, -- from the card to the click that sent, mean
    add column draft_ms      double precision, -- to make a draft, mean
    add column saved_minutes double precision; -- what the answers sent are worth, less the time that reviews took
