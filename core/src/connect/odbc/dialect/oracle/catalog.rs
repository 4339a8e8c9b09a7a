//! The catalog of Oracle (S1), from the views `ALL_*`, which show what the user may see. Needs Oracle 12.2.
//!
//! Defaults are left out: the catalog holds them as `LONG`, of which nothing can be computed in SQL.

use crate::connect::odbc::dialect::CatalogQueries;

/// Owners that are not Oracle's own. Tables whose names begin with `BIN$` are in the recycle bin.
const SHOWN: &str = "o.OWNER IN (SELECT u.USERNAME FROM ALL_USERS u WHERE u.ORACLE_MAINTAINED = 'N')
  AND o.TABLE_NAME NOT LIKE 'BIN$%'";

pub fn queries() -> CatalogQueries {
    CatalogQueries { tables: tables(), columns: columns(), keys: keys(), foreign_keys: foreign_keys() }
}

/// The comments list tables and views, those without comment, too. A materialized view is listed as its table.
fn tables() -> String {
    format!(
        "SELECT o.OWNER, o.TABLE_NAME,
  CASE WHEN o.TABLE_TYPE = 'VIEW' OR m.MVIEW_NAME IS NOT NULL THEN '1' ELSE '0' END, o.COMMENTS
FROM ALL_TAB_COMMENTS o
LEFT JOIN ALL_MVIEWS m ON m.OWNER = o.OWNER AND m.MVIEW_NAME = o.TABLE_NAME
WHERE o.TABLE_TYPE IN ('TABLE', 'VIEW')
  AND {SHOWN}"
    )
}

/// `DATA_TYPE` contains the digits of the second, and nothing else that is declared.
fn columns() -> String {
    format!(
        "SELECT o.OWNER, o.TABLE_NAME, o.COLUMN_NAME, TO_CHAR(o.COLUMN_ID), o.DATA_TYPE,
  CASE
    WHEN o.DATA_TYPE IN ('CHAR', 'NCHAR', 'VARCHAR2', 'NVARCHAR2')
      THEN o.DATA_TYPE || '(' || TO_CHAR(o.CHAR_LENGTH) || ')'
    WHEN o.DATA_TYPE = 'RAW' THEN o.DATA_TYPE || '(' || TO_CHAR(o.DATA_LENGTH) || ')'
    WHEN o.DATA_TYPE = 'NUMBER' AND o.DATA_PRECISION IS NOT NULL
      THEN 'NUMBER(' || TO_CHAR(o.DATA_PRECISION) || ',' || TO_CHAR(o.DATA_SCALE) || ')'
    WHEN o.DATA_TYPE = 'NUMBER' AND o.DATA_SCALE IS NOT NULL
      THEN 'NUMBER(38,' || TO_CHAR(o.DATA_SCALE) || ')'
    ELSE o.DATA_TYPE END,
  CASE WHEN o.DATA_TYPE IN ('CHAR', 'NCHAR', 'VARCHAR2', 'NVARCHAR2') THEN TO_CHAR(o.CHAR_LENGTH)
    WHEN o.DATA_TYPE = 'RAW' THEN TO_CHAR(o.DATA_LENGTH) END,
  CASE WHEN o.DATA_TYPE = 'NUMBER' AND o.DATA_SCALE IS NOT NULL
    THEN TO_CHAR(NVL(o.DATA_PRECISION, 38)) END,
  CASE WHEN o.DATA_TYPE = 'NUMBER' THEN TO_CHAR(o.DATA_SCALE) END,
  CASE o.NULLABLE WHEN 'Y' THEN '1' ELSE '0' END,
  CAST(NULL AS VARCHAR2(1)),
  CASE WHEN o.VIRTUAL_COLUMN = 'YES' OR i.GENERATION_TYPE = 'ALWAYS' THEN 'always'
    WHEN i.GENERATION_TYPE IS NOT NULL THEN 'identity' END,
  d.COMMENTS
FROM ALL_TAB_COLS o
LEFT JOIN ALL_TAB_IDENTITY_COLS i
  ON i.OWNER = o.OWNER AND i.TABLE_NAME = o.TABLE_NAME AND i.COLUMN_NAME = o.COLUMN_NAME
LEFT JOIN ALL_COL_COMMENTS d
  ON d.OWNER = o.OWNER AND d.TABLE_NAME = o.TABLE_NAME AND d.COLUMN_NAME = o.COLUMN_NAME
WHERE o.HIDDEN_COLUMN = 'NO'
  AND {SHOWN}"
    )
}

/// Constraints, because the index of one that is checked late need not be unique; and unique indexes that
/// serve no constraint. An index over expressions, or one that descends, is function-based.
fn keys() -> String {
    format!(
        "SELECT o.OWNER, o.TABLE_NAME, o.CONSTRAINT_NAME,
  CASE o.CONSTRAINT_TYPE WHEN 'P' THEN '1' ELSE '0' END, TO_CHAR(k.POSITION), k.COLUMN_NAME
FROM ALL_CONSTRAINTS o
JOIN ALL_CONS_COLUMNS k ON k.OWNER = o.OWNER AND k.CONSTRAINT_NAME = o.CONSTRAINT_NAME
WHERE o.CONSTRAINT_TYPE IN ('P', 'U') AND o.STATUS = 'ENABLED'
  AND {SHOWN}
UNION ALL
SELECT o.TABLE_OWNER, o.TABLE_NAME, o.INDEX_NAME, '0', TO_CHAR(k.COLUMN_POSITION), k.COLUMN_NAME
FROM ALL_INDEXES o
JOIN ALL_IND_COLUMNS k ON k.INDEX_OWNER = o.OWNER AND k.INDEX_NAME = o.INDEX_NAME
WHERE o.UNIQUENESS = 'UNIQUE' AND o.INDEX_TYPE IN ('NORMAL', 'NORMAL/REV', 'IOT - TOP')
  AND NOT EXISTS (SELECT 1 FROM ALL_CONSTRAINTS c
    WHERE c.OWNER = o.TABLE_OWNER AND c.TABLE_NAME = o.TABLE_NAME AND c.INDEX_NAME = o.INDEX_NAME
      AND c.CONSTRAINT_TYPE IN ('P', 'U'))
  AND {SHOWN}"
    )
}

fn foreign_keys() -> String {
    format!(
        "SELECT o.OWNER, o.TABLE_NAME, o.CONSTRAINT_NAME, TO_CHAR(a.POSITION), a.COLUMN_NAME,
  b.OWNER, b.TABLE_NAME, b.COLUMN_NAME
FROM ALL_CONSTRAINTS o
JOIN ALL_CONS_COLUMNS a ON a.OWNER = o.OWNER AND a.CONSTRAINT_NAME = o.CONSTRAINT_NAME
JOIN ALL_CONS_COLUMNS b ON b.OWNER = o.R_OWNER AND b.CONSTRAINT_NAME = o.R_CONSTRAINT_NAME
  AND b.POSITION = a.POSITION
WHERE o.CONSTRAINT_TYPE = 'R' AND o.STATUS = 'ENABLED'
  AND {SHOWN}"
    )
}
