-- Every version of the policies, with who made it and why; nothing here is ever changed or removed.

create table policy_texts (
    sha256  text  primary key check (sha256 = encode(sha256(content), 'hex')),
    content bytea not null
);

create table policy_versions (
    id             bigint      primary key, -- 1, 2, 3 ... without gaps
    made_at        timestamptz not null default clock_timestamp(),
    origin         text        not null check (origin in ('files', 'terminal', 'slack')),
    author         text        not null, -- the person's id in Slack, the operator's name at the command line, or files
    author_name    text        not null,
    why            text        not null,
    digest         text        not null, -- of every path and byte
    parent         bigint      references policy_versions, -- what was in force when it was made
    changes        jsonb       not null, -- by place, both sides
    only_lowers    boolean     not null, -- shown by comparing the two, not by the simulation
    simulation     jsonb,                -- a row an intent; null where it was not asked
    needs_approval boolean     not null
);

create table policy_files (
    version bigint not null references policy_versions,
    path    text   not null,
    sha256  text   not null references policy_texts,
    primary key (version, path)
);

-- What another person said of a version that needs one.
create table policy_verdicts (
    version bigint      primary key references policy_versions,
    at      timestamptz not null default clock_timestamp(),
    by_id   text        not null,
    by_name text        not null,
    verdict text        not null check (verdict in ('approved', 'refused'))
);

-- The newest row is in force; an older version published again is a rollback.
create table policy_publishings (
    id      bigint      generated always as identity primary key,
    version bigint      not null references policy_versions,
    at      timestamptz not null default clock_timestamp(),
    by_id   text        not null,
    by_name text        not null,
    why     text        not null
);
create index policy_publishings_version on policy_publishings (version);

do $$
declare name text;
begin
    foreach name in array array['policy_texts', 'policy_versions', 'policy_files', 'policy_verdicts', 'policy_publishings'] loop
        execute format('create trigger %1$s_append_only before update or delete on %1$s for each row execute function refuse_change()', name);
        execute format('create trigger %1$s_no_truncate before truncate on %1$s for each statement execute function refuse_change()', name);
    end loop;
end $$;
