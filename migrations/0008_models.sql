-- Classifiers that learned from mail which people reviewed. One is live; without one, what learned the shipped examples judges.

create table models (
    id       bigint generated always as identity primary key,
    version  text        not null,
    shipped  text        not null, -- the version of the model of the shipped examples that it learned as well
    state    text        not null check (state in ('live', 'retired', 'refused', 'forgotten')),
    labels   integer     not null, -- how many reviewed mails it learned from
    asked_at timestamptz not null, -- the reviews up to then were looked at
    made_at  timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    figures  jsonb       not null, -- how it compared to the one that was live
    codec    text,
    fitted   bytea                 -- only of the live one
);
create unique index models_live on models ((true)) where state = 'live';

-- Which mails the live one learned from: it holds their words and their meaning. When one of them is erased, so is it.
create table model_mails (
    model_id   bigint not null references models on delete cascade,
    message_id bigint not null,
    part       text   not null default 'email' check (part = 'email'),
    primary key (model_id, message_id),
    foreign key (message_id, part) references bodies on delete cascade
);
create index model_mails_message on model_mails (message_id);

create function forget_models() returns trigger language plpgsql as $$
begin
    update models set state = 'forgotten', fitted = null, codec = null, ended_at = clock_timestamp()
    where state = 'live' and id in (select model_id from erased);
    return null;
end $$;
create trigger model_mails_erased after delete on model_mails
    referencing old table as erased for each statement execute function forget_models();
