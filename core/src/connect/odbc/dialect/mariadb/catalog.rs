//! The catalog of MariaDB and MySQL (S1), from `information_schema` for the database of the connection only:
//! a schema there is a database here, so nothing has an owner.
//!
//! Needs window functions: MariaDB 10.2, MySQL 8. Lengths are limited so that the driver announces them.

use crate::connect::odbc::dialect::CatalogQueries;

pub fn queries() -> CatalogQueries {
    CatalogQueries {
        tables: TABLES.to_owned(),
        columns: COLUMNS.to_owned(),
        keys: KEYS.to_owned(),
        foreign_keys: FOREIGN_KEYS.to_owned(),
    }
}

/// Sequences are in the same list, and left out. The comment of a view is the word `VIEW`, or an error.
const TABLES: &str = "SELECT CAST(NULL AS CHAR(64)), CAST(t.TABLE_NAME AS CHAR(64)),
  CASE WHEN t.TABLE_TYPE = 'VIEW' THEN '1' ELSE '0' END,
  CASE WHEN t.TABLE_TYPE <> 'VIEW' THEN CAST(NULLIF(t.TABLE_COMMENT, '') AS CHAR(4000)) END
FROM information_schema.TABLES t
WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW')";

/// MariaDB writes the word `NULL` for “no default”, and lists what sequences are made of.
const COLUMNS: &str =
    "SELECT CAST(NULL AS CHAR(64)), CAST(c.TABLE_NAME AS CHAR(64)), CAST(c.COLUMN_NAME AS CHAR(64)),
  CAST(c.ORDINAL_POSITION AS CHAR(20)), CAST(c.DATA_TYPE AS CHAR(64)), CAST(c.COLUMN_TYPE AS CHAR(4000)),
  CAST(c.CHARACTER_MAXIMUM_LENGTH AS CHAR(20)), CAST(c.NUMERIC_PRECISION AS CHAR(20)),
  CAST(c.NUMERIC_SCALE AS CHAR(20)),
  CASE WHEN c.IS_NULLABLE = 'YES' THEN '1' ELSE '0' END,
  CASE WHEN c.EXTRA LIKE '%DEFAULT_GENERATED%' OR c.EXTRA NOT LIKE '%GENERATED%'
    THEN CAST(NULLIF(c.COLUMN_DEFAULT, 'NULL') AS CHAR(4000)) END,
  CASE WHEN c.EXTRA LIKE '%auto_increment%' THEN 'identity'
    WHEN c.EXTRA LIKE '%VIRTUAL GENERATED%' OR c.EXTRA LIKE '%STORED GENERATED%'
      OR c.EXTRA LIKE '%PERSISTENT%' THEN 'always' END,
  CAST(NULLIF(c.COLUMN_COMMENT, '') AS CHAR(4000))
FROM information_schema.COLUMNS c
WHERE c.TABLE_SCHEMA = DATABASE() AND c.TABLE_NAME NOT IN (
  SELECT t.TABLE_NAME FROM information_schema.TABLES t
  WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE = 'SEQUENCE')";

/// An index over the beginning of a column, or over an expression, is not a key.
const KEYS: &str =
    "SELECT CAST(NULL AS CHAR(64)), CAST(s.TABLE_NAME AS CHAR(64)), CAST(s.INDEX_NAME AS CHAR(64)),
  CASE WHEN s.INDEX_NAME = 'PRIMARY' THEN '1' ELSE '0' END,
  CAST(s.SEQ_IN_INDEX AS CHAR(20)), CAST(s.COLUMN_NAME AS CHAR(64))
FROM (
  SELECT i.TABLE_NAME, i.INDEX_NAME, i.SEQ_IN_INDEX, i.COLUMN_NAME,
    SUM(i.SUB_PART IS NOT NULL OR i.COLUMN_NAME IS NULL)
      OVER (PARTITION BY i.TABLE_NAME, i.INDEX_NAME) AS parts
  FROM information_schema.STATISTICS i
  WHERE i.TABLE_SCHEMA = DATABASE() AND i.NON_UNIQUE = 0
) s
WHERE s.parts = 0";

/// A table of another database keeps that database as its owner, so that it is not taken for one of the same
/// name here.
const FOREIGN_KEYS: &str = "SELECT CAST(NULL AS CHAR(64)), CAST(k.TABLE_NAME AS CHAR(64)),
  CAST(k.CONSTRAINT_NAME AS CHAR(64)), CAST(k.ORDINAL_POSITION AS CHAR(20)), CAST(k.COLUMN_NAME AS CHAR(64)),
  CASE WHEN k.REFERENCED_TABLE_SCHEMA <> k.TABLE_SCHEMA
    THEN CAST(k.REFERENCED_TABLE_SCHEMA AS CHAR(64)) END,
  CAST(k.REFERENCED_TABLE_NAME AS CHAR(64)), CAST(k.REFERENCED_COLUMN_NAME AS CHAR(64))
FROM information_schema.KEY_COLUMN_USAGE k
WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL";
