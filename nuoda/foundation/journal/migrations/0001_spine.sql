CREATE TABLE journal_entry (
    company_id uuid NOT NULL,
    dealer_id uuid,
    customer_id uuid,
    id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    happened_at timestamptz NOT NULL,
    dossier_id uuid REFERENCES journal_dossier (id),
    case_id uuid,
    type varchar(80) NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    facts jsonb,
    clauses jsonb NOT NULL DEFAULT '[]',
    actor_id uuid,
    actor_role varchar(40) NOT NULL DEFAULT '',
    on_behalf_of uuid,
    origin varchar(8) NOT NULL CHECK (origin IN ('live', 'demo', 'import')),
    as_if varchar(200) NOT NULL DEFAULT '',
    remark_hash bytea,
    chain_seq integer NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (recorded_at, id),
    CHECK ((dossier_id IS NULL) = (case_id IS NULL))
) PARTITION BY RANGE (recorded_at);

CREATE INDEX journal_entry_case ON journal_entry (case_id, recorded_at);
CREATE INDEX journal_entry_customer ON journal_entry (customer_id, recorded_at) WHERE customer_id IS NOT NULL;
CREATE INDEX journal_entry_type ON journal_entry (type, recorded_at);

-- What the chain covers: every column but the hash itself, free of time zone and of formatting settings.
CREATE FUNCTION journal_entry_digest(e journal_entry) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(e.prev_hash || convert_to(jsonb_build_array(
        e.company_id, e.dealer_id, e.customer_id, e.id, extract(epoch FROM e.recorded_at)::text,
        extract(epoch FROM e.happened_at)::text, e.dossier_id, e.case_id, e.type, e.payload, e.facts, e.clauses,
        e.actor_id, e.actor_role, e.on_behalf_of, e.origin, e.as_if, encode(e.remark_hash, 'hex'), e.chain_seq
    )::text, 'UTF8'))
$$;

-- Takes the next place in the chain: of the dossier, or of the day and shard for entries without one. The row lock on the head
-- is the only place where two writers can meet, and they meet only when they write about the same thing.
CREATE FUNCTION journal_entry_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    today date;
    part smallint;
BEGIN
    IF NEW.dossier_id IS NOT NULL THEN
        SELECT chain_seq + 1, chain_head INTO NEW.chain_seq, NEW.prev_hash
            FROM journal_dossier WHERE id = NEW.dossier_id FOR NO KEY UPDATE;
        NEW.hash := journal_entry_digest(NEW);
        UPDATE journal_dossier SET chain_seq = NEW.chain_seq, chain_head = NEW.hash, chain_at = clock_timestamp()
            WHERE id = NEW.dossier_id;
    ELSE
        today := (NEW.recorded_at AT TIME ZONE 'UTC')::date;
        part := get_byte(uuid_send(NEW.id), 15) % 16;
        INSERT INTO journal_daychain (company_id, day, shard, chain_seq, chain_head)
            VALUES (NEW.company_id, today, part, 0, '') ON CONFLICT DO NOTHING;
        SELECT chain_seq + 1, chain_head INTO NEW.chain_seq, NEW.prev_hash FROM journal_daychain
            WHERE company_id = NEW.company_id AND day = today AND shard = part FOR NO KEY UPDATE;
        NEW.hash := journal_entry_digest(NEW);
        UPDATE journal_daychain SET chain_seq = NEW.chain_seq, chain_head = NEW.hash
            WHERE company_id = NEW.company_id AND day = today AND shard = part;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER chain BEFORE INSERT ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_entry_chain();

CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % refused: the journal is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_entry FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_anchor FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal_anchor FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_anchoredhead FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal_anchoredhead FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_source FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal_source FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();

-- Month partitions from `first` to the month of `last`; those that exist are left alone. A month whose rows already lie in the default
-- partition stays there (creating it would have to move rows that must not change).
CREATE FUNCTION journal_make_partitions(first date, last date) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE
    month date := date_trunc('month', first);
    name text;
    made integer := 0;
BEGIN
    WHILE month <= last LOOP
        name := 'journal_entry_' || to_char(month, 'YYYYMM');
        IF to_regclass(name) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF journal_entry FOR VALUES FROM (%L) TO (%L)', name,
                    month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
                EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()', name);
                EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
                made := made + 1;
            EXCEPTION WHEN check_violation OR duplicate_table THEN
                NULL;
            END;
        END IF;
        month := month + interval '1 month';
    END LOOP;
    RETURN made;
END
$$;
CREATE TABLE journal_entry_default PARTITION OF journal_entry DEFAULT;
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON journal_entry_default FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
ALTER TABLE journal_entry_default ENABLE ROW LEVEL SECURITY;
SELECT journal_make_partitions((now() - interval '8 months')::date, (now() + interval '3 months')::date);

-- The next human number of a kind and year in a company. One sequence each: drawing never waits for another transaction; gaps are allowed.
CREATE FUNCTION journal_next_number(company uuid, prefix text, year integer) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE
    name text := 'journal_number_' || md5(company::text || prefix || year::text);
    n bigint;
BEGIN
    BEGIN
        n := nextval(name);
    EXCEPTION WHEN undefined_table THEN
        BEGIN
            EXECUTE format('CREATE SEQUENCE %I', name);
        EXCEPTION WHEN duplicate_table OR unique_violation THEN
            NULL;
        END;
        n := nextval(name);
    END;
    RETURN prefix || '-' || year || '-' || lpad(n::text, greatest(6, length(n::text)), '0');
END
$$;
