//! The catalog of PostgreSQL (S1), from `pg_catalog`: its views in `information_schema` show only what the
//! user owns, know nothing of comments and indexes, and are slow.
//!
//! Needs PostgreSQL 12 (generated columns, collations that are not deterministic). No backslash, `?` or brace
//! stands in the texts, because the driver reads them before the server does. Lengths are limited so that the
//! driver announces them.

use crate::connect::odbc::dialect::CatalogQueries;

/// What is shown of a relation `c` in a schema `n`: what the user may read, without partitions, which their
/// table contains.
const SHOWN: &str = "c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND left(n.nspname, 3) <> 'pg_'
  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')";

pub fn queries() -> CatalogQueries {
    CatalogQueries { tables: tables(), columns: columns(), keys: keys(), foreign_keys: foreign_keys() }
}

fn tables() -> String {
    format!(
        "SELECT n.nspname::varchar(64), c.relname::varchar(64),
  CASE WHEN c.relkind IN ('v', 'm') THEN '1' ELSE '0' END::varchar(20),
  d.description::varchar(4000)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0
WHERE {SHOWN}
  AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')"
    )
}

/// Domains are followed to the type that they restrict, whose declaration is given. Types of extensions and
/// users have no fixed place among the schemas: kinds of types get a word of their own as type name, other
/// types of extensions their name without the schema.
fn columns() -> String {
    format!(
        "WITH RECURSIVE step (domain, base, typmod, required, fallback, depth) AS (
  SELECT oid, typbasetype, typtypmod, typnotnull, typdefault, 1
  FROM pg_catalog.pg_type WHERE typtype = 'd'
  UNION ALL
  SELECT s.domain, t.typbasetype, t.typtypmod, s.required OR t.typnotnull,
    COALESCE(s.fallback, t.typdefault), s.depth + 1
  FROM step s JOIN pg_catalog.pg_type t ON t.oid = s.base
  WHERE t.typtype = 'd'
), resolved AS (
  SELECT DISTINCT ON (domain) domain, base, typmod, required, fallback
  FROM step ORDER BY domain, depth DESC
), shown AS (
  SELECT n.nspname, c.relname, c.oid AS relation, a.attname, a.attnum, a.attidentity, a.attgenerated,
    a.attcollation, COALESCE(r.base, a.atttypid) AS base,
    CASE WHEN r.base IS NULL THEN a.atttypmod ELSE r.typmod END AS typmod,
    a.attnotnull OR COALESCE(r.required, FALSE) AS required,
    COALESCE(pg_catalog.pg_get_expr(f.adbin, f.adrelid), r.fallback) AS fallback
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN resolved r ON r.domain = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
  WHERE {SHOWN}
    AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
)
SELECT s.nspname::varchar(64), s.relname::varchar(64), s.attname::varchar(64),
  s.attnum::varchar(20),
  CASE WHEN b.typcategory = 'A' THEN 'array'
    WHEN b.typtype = 'e' THEN 'enum'
    WHEN b.typtype = 'c' THEN 'composite'
    WHEN b.typtype IN ('r', 'm') THEN 'range'
    WHEN b.typnamespace = 'pg_catalog'::regnamespace THEN pg_catalog.format_type(b.oid, NULL)
    ELSE b.typname END::varchar(64),
  (pg_catalog.format_type(b.oid, s.typmod)
    || CASE WHEN o.collisdeterministic THEN ''
         ELSE COALESCE(' collate ' || pg_catalog.quote_ident(o.collname), '') END)::varchar(400),
  CASE WHEN b.typname IN ('varchar', 'bpchar') AND s.typmod >= 4 THEN s.typmod - 4
    WHEN b.typname IN ('bit', 'varbit') AND s.typmod >= 0 THEN s.typmod END::varchar(20),
  CASE WHEN b.typname = 'numeric' AND s.typmod >= 4 THEN ((s.typmod - 4) >> 16) & 65535 END::varchar(20),
  CASE WHEN b.typname = 'numeric' AND s.typmod >= 4
    THEN (((s.typmod - 4) & 2047) # 1024) - 1024 END::varchar(20),
  CASE WHEN s.required THEN '0' ELSE '1' END::varchar(20),
  CASE WHEN s.attgenerated = '' AND s.attidentity = '' THEN s.fallback END::varchar(4000),
  CASE WHEN s.attgenerated <> '' OR s.attidentity = 'a' THEN 'always'
    WHEN s.attidentity = 'd' OR left(s.fallback, 8) = 'nextval(' THEN 'identity' END::varchar(20),
  d.description::varchar(4000)
FROM shown s
JOIN pg_catalog.pg_type b ON b.oid = s.base
LEFT JOIN pg_catalog.pg_collation o ON o.oid = s.attcollation
LEFT JOIN pg_catalog.pg_description d
  ON d.objoid = s.relation AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = s.attnum"
    )
}

/// Keys are unique indexes: those of constraints have the constraint's name. Columns that an index only
/// carries along (`INCLUDE`) are not part of the key.
fn keys() -> String {
    format!(
        "SELECT n.nspname::varchar(64), c.relname::varchar(64), x.relname::varchar(64),
  CASE WHEN i.indisprimary THEN '1' ELSE '0' END::varchar(20),
  k.position::varchar(20), a.attname::varchar(64)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
WHERE i.indisunique AND i.indisvalid AND NOT i.indisexclusion
  AND i.indpred IS NULL AND i.indexprs IS NULL AND k.position <= i.indnkeyatts
  AND {SHOWN}"
    )
}

/// Rows that stand for single partitions of a referenced table have a parent, and are left out.
fn foreign_keys() -> String {
    format!(
        "SELECT n.nspname::varchar(64), c.relname::varchar(64), f.conname::varchar(64), k.position::varchar(20), a.attname::varchar(64),
  m.nspname::varchar(64), r.relname::varchar(64), b.attname::varchar(64)
FROM pg_catalog.pg_constraint f
JOIN pg_catalog.pg_class c ON c.oid = f.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = f.confrelid
JOIN pg_catalog.pg_namespace m ON m.oid = r.relnamespace
CROSS JOIN LATERAL unnest(f.conkey, f.confkey) WITH ORDINALITY AS k (own, other, position)
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.own
JOIN pg_catalog.pg_attribute b ON b.attrelid = r.oid AND b.attnum = k.other
WHERE f.contype = 'f' AND f.conparentid = 0
  AND {SHOWN}"
    )
}
