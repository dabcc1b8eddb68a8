-- The warehouse: one DuckDB file, one writer. Every column that identifies anything is a
-- keyed hash. Nothing here reads a clock: the same evidence gives the same rows.
--
-- Applied once, when the file is made; `layout` names the version (pipelines/warehouse.py).

create table if not exists layout (
    version      integer not null
);

create table if not exists segments (          -- ledger: what was read, once each
    digest       varchar not null,             -- sha256 of the bytes under the pepper, 16 hex
    name         varchar not null,             -- keyed file name
    place        varchar not null,             -- keyed path or address: where it was read last
    source       varchar not null,             -- engine | headroom_patterns | headroom_savings | rtk_history | rtk_recall
    stamp        varchar,                      -- keyed version of a remote object; null for local files
    rows         bigint not null,              -- stored + duplicates + quarantined + erased
    stored       bigint not null,
    duplicates   bigint not null,
    quarantined  bigint not null,
    erased       bigint not null,              -- rows that had been erased and do not come in again
    dismissed    boolean not null,             -- a person has given its bad rows up: they block nothing
    replaced     boolean not null              -- its file was erased, or written anew by an erasure
);

create table if not exists quarantine (        -- rows that are no event: where and why, nothing else
    segment      varchar not null,             -- digest in the ledger
    line         bigint not null,              -- or row, from 1
    field        varchar not null,
    reason       varchar not null,
    digest       varchar not null              -- keyed digest of the row
);

create table if not exists erasures (          -- what was erased, and does not come in again
    instance     varchar,                      -- digest of the keyed instance; null: of all
    before       date,                         -- everything of earlier days; null: of any day
    events       bigint not null               -- how many events of the ledger's were erased by it
);

-- One writer keeps event_id and segments.digest unique (pipelines/ingest/store.py); an index
-- would do the same at three times the cost and a memory that grows with history.
create table if not exists events (
    event_id        varchar not null,
    event           varchar not null,
    origin          varchar not null,
    ts              timestamp_ms not null,
    day             date not null,
    instance        varchar not null,
    pepper_id       varchar not null,
    engine          varchar not null,
    publication     varchar,
    fingerprint     varchar not null,
    auth_mode       varchar not null,
    model_family    varchar not null,
    structure_hash  varchar,
    conversation    varchar,
    tool            varchar,
    kind            varchar,
    profile         varchar,
    profile_id      varchar,
    nth             integer,
    arm             varchar,
    experiment      varchar,
    unit            varchar,
    share           integer,
    tokens_before   bigint,
    tokens_after    bigint,
    items_before    bigint,
    items_after     bigint,
    lossy           boolean,
    fault           varchar,
    latency_us      bigint,
    "of"            varchar,
    mode            varchar,
    tokens_returned bigint,
    fields          varchar[],
    positions       integer[],
    tokens_input        bigint,
    tokens_cache_read   bigint,
    tokens_cache_write  bigint,
    tokens_output       bigint
);

create table if not exists event_files (       -- events that moved out, by the setting `events_at`
    file            varchar not null,          -- path or address; what stands below it and not here, is nothing
    day             date not null,
    number          integer not null,          -- of the day's files, from 1
    events          bigint not null
);

-- What other tools' histories say. It informs and orders and is no evidence; what a source
-- does not say is null.
create table if not exists imported_uses (     -- a command or a request, once each
    id              varchar not null,
    source          varchar not null,
    instance        varchar not null,          -- the store it comes from, keyed
    ts              timestamp_ms not null,
    day             date not null,
    model_family    varchar,
    client          varchar,                   -- keyed
    tool            varchar,                   -- keyed: the program, without its arguments
    project         varchar,                   -- keyed
    tokens_before   bigint,
    tokens_after    bigint,                    -- may be more than before: what grew is not hidden
    tokens_cache_read   bigint,
    tokens_cache_write  bigint,
    latency_us      bigint
);

create table if not exists imported_patterns ( -- what Headroom counted of a slice, as of `ts`
    source          varchar not null,
    instance        varchar not null,
    tenant          varchar not null,          -- keyed
    auth_mode       varchar,
    model_family    varchar,
    structure_hash  varchar not null,          -- re-keyed: for JSON the very one of our own slices
    strategy        varchar,                   -- without the sizes that it carries there
    ts              timestamp_ms not null,
    day             date not null,
    compressions    bigint not null,
    items_seen      bigint,
    items_kept      bigint,
    retrievals      bigint,
    full_retrievals bigint,
    query_retrievals bigint,
    token_reduction double                     -- mean share of tokens saved a compression
);

create table if not exists imported_recalls (  -- how often an agent went back for what RTK had cut
    source          varchar not null,
    instance        varchar not null,
    filter          varchar not null,          -- keyed
    mode            varchar not null,          -- keyed
    elisions        bigint not null,
    recalls         bigint not null
);

create table if not exists rollup (            -- a conversation a day, under one profile and arm
    day             date not null,
    auth_mode       varchar not null,
    model_family    varchar not null,
    structure_hash  varchar not null,
    kind            varchar not null,
    profile         varchar not null,
    profile_id      varchar not null,
    arm             varchar not null,
    experiment      varchar not null,          -- '' where none
    unit            varchar not null,          -- what the arm was drawn from; '' where none was
    share           integer not null,          -- -1 where none
    engine          varchar not null,
    publication     varchar not null,          -- '' where none was loaded
    origin          varchar not null,
    instance        varchar not null,
    tool            varchar not null,          -- '' where unknown (and for regrets)
    conversation    varchar not null,          -- '' where unknown: informs, never counts as evidence
    started         timestamp_ms not null,     -- earliest event of the group
    compressions    bigint not null,
    counted         bigint not null,           -- of them, nth < B
    tokens_before   bigint not null,
    tokens_after    bigint not null,
    lossy           bigint not null,
    faults          bigint not null,
    latency_us      bigint not null,
    retrievals      bigint not null,
    rereads         bigint not null,
    tokens_returned bigint not null,
    regrets         bigint not null,           -- compressions asked for again: once each
    regrets_counted bigint not null            -- of them, nth < B
);

create table if not exists outcomes (          -- one replay: a case under a profile or a control
    replay          varchar not null,          -- digest of engine, data sets, renderings, solvers
    judge           varchar not null,          -- the same without the data sets
    dataset         varchar not null,
    kind            varchar not null,
    item            varchar not null,          -- digest of the case
    source          varchar not null,          -- where the item stands in the data set
    cluster         varchar not null,
    split           varchar not null,          -- learn | certify
    treatment       varchar not null,          -- profile | random_deletion | truncation | headroom-ai VERSION
    profile         varchar not null,          -- the profile, or the one whose ratio the control copies
    profile_id      varchar not null,
    solvable        boolean not null,          -- solved uncompressed
    solved          boolean not null,
    tokens_before   bigint not null,
    tokens_after    bigint not null,
    reached         varchar not null,          -- where not solved: '' | query | full, by its handle
    tokens_returned bigint not null
);

create table if not exists replays (           -- replays of which all outcomes are there: the newest
    replay          varchar not null
);

create table if not exists certificates (
    replay          varchar not null,
    kind            varchar not null,
    profile         varchar not null,
    profile_id      varchar not null,
    rung            integer not null,          -- place on the ladder
    dataset         varchar not null,
    block           integer not null,
    version         integer not null,
    kinds           integer not null,
    n               integer not null,
    harms           integer not null,
    epsilon         double not null,
    p               double not null,
    threshold       double not null,           -- what p has to reach: delta / (version (version + 1)) / kinds
    solvable        double not null,           -- share of the certify part that is solved uncompressed
    certified       boolean not null,          -- the profile, over all its data sets, in ladder order
    status          varchar not null           -- certified | development | demonstration
);

create table if not exists decisions (
    publication     varchar not null,
    auth_mode       varchar not null,
    model_family    varchar not null,
    structure_hash  varchar not null,
    kind            varchar not null,
    incumbent       varchar not null,          -- the profile that acted before
    profile         varchar not null,          -- the profile that acts from now on
    published       boolean not null,          -- whether the slice has a row
    reason          varchar not null,          -- closed set of the file, or why there is no row
    because         varchar not null,          -- one sentence for a person, with its figures
    conversations   bigint not null,
    instances       bigint not null,
    net_low         double,
    net_high        double,
    regret_low      double,
    regret_high     double,
    confidence      double
);

create table if not exists publications (
    id              varchar primary key,
    watermark       timestamp_ms,              -- null without rows
    origin          varchar not null,
    content         varchar not null           -- the file, whole
);

create table if not exists acts (              -- what became of publications, in order
    number          integer not null,          -- from 1
    act             varchar not null,          -- published | held | withdrawn | rolled_back | released
    publication     varchar not null,
    why             varchar not null           -- a person's reason; '' where a run did it
);
