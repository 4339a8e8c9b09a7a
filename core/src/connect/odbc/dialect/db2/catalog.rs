//! The catalog of DB2 for Linux, UNIX and Windows (S1), from the views of `SYSCAT`. Needs version 10.5.
//!
//! Names of schemas are padded with blanks in some of the views.

use crate::connect::odbc::dialect::CatalogQueries;

/// What is shown of a table `t`: tables, views, nicknames and materialized query tables that work. Only the
/// system has schemas that begin with `SYS`.
const SHOWN: &str = "t.TYPE IN ('T', 'U', 'V', 'W', 'S', 'N') AND t.STATUS <> 'X'
  AND LEFT(t.TABSCHEMA, 3) <> 'SYS' AND RTRIM(t.TABSCHEMA) NOT IN ('NULLID', 'SQLJ', 'ERRSCHEMA')";

pub fn queries() -> CatalogQueries {
    CatalogQueries { tables: tables(), columns: columns(), keys: keys(), foreign_keys: foreign_keys() }
}

fn tables() -> String {
    format!(
        "SELECT RTRIM(t.TABSCHEMA), t.TABNAME,
  CASE WHEN t.TYPE IN ('V', 'W', 'S') THEN '1' ELSE '0' END, t.REMARKS
FROM SYSCAT.TABLES t
WHERE {SHOWN}"
    )
}

/// A distinct type has its length in its own row, and is shown as the type it is made from. A row change
/// timestamp is written by the system, never by clients, and counts revisions; columns of temporal tables are
/// never written either.
fn columns() -> String {
    format!(
        "SELECT s.OWNER, s.TABNAME, s.COLNAME, s.PLACE, s.BASE,
  CASE
    WHEN s.BASE IN ('CHARACTER', 'VARCHAR', 'BINARY', 'VARBINARY', 'GRAPHIC', 'VARGRAPHIC', 'CLOB', 'BLOB',
      'DBCLOB') THEN s.BASE || '(' || s.UNITS || ')' || s.BITS
    WHEN s.BASE = 'LONG VARCHAR' THEN s.BASE || s.BITS
    WHEN s.BASE = 'DECIMAL' THEN s.BASE || '(' || s.UNITS || ',' || s.PLACES || ')'
    WHEN s.BASE = 'DECFLOAT' THEN s.BASE || CASE s.UNITS WHEN '8' THEN '(16)' ELSE '(34)' END
    WHEN s.BASE = 'TIMESTAMP' THEN s.BASE || '(' || s.PLACES || ')'
    ELSE s.BASE END,
  CASE WHEN s.BASE IN ('CHARACTER', 'VARCHAR', 'LONG VARCHAR', 'BINARY', 'VARBINARY', 'GRAPHIC', 'VARGRAPHIC',
    'LONG VARGRAPHIC', 'CLOB', 'BLOB', 'DBCLOB') THEN s.UNITS END,
  CASE WHEN s.BASE = 'DECIMAL' THEN s.UNITS END,
  CASE WHEN s.BASE = 'DECIMAL' THEN s.PLACES END,
  s.NULLABLE, s.FALLBACK, s.FILLED, s.REMARKS
FROM (
  SELECT RTRIM(c.TABSCHEMA) AS OWNER, c.TABNAME, c.COLNAME,
    RTRIM(CHAR(c.COLNO + 1)) AS PLACE,
    CASE WHEN d.METATYPE = 'T' THEN d.SOURCENAME ELSE c.TYPENAME END AS BASE,
    RTRIM(CHAR(CASE WHEN d.METATYPE = 'T' THEN d.LENGTH
      ELSE COALESCE(c.STRINGUNITSLENGTH, c.LENGTH) END)) AS UNITS,
    RTRIM(CHAR(CASE WHEN d.METATYPE = 'T' THEN d.SCALE ELSE c.SCALE END)) AS PLACES,
    CASE WHEN CASE WHEN d.METATYPE = 'T' THEN d.SOURCENAME ELSE c.TYPENAME END
        IN ('CHARACTER', 'VARCHAR', 'LONG VARCHAR')
      AND CASE WHEN d.METATYPE = 'T' THEN d.CODEPAGE ELSE c.CODEPAGE END = 0
      THEN ' FOR BIT DATA' ELSE '' END AS BITS,
    CASE c.NULLS WHEN 'Y' THEN '1' ELSE '0' END AS NULLABLE,
    CASE WHEN c.GENERATED = '' THEN NULLIF(CAST(c.DEFAULT AS VARCHAR(2000)), 'NULL') END AS FALLBACK,
    CASE WHEN c.ROWCHANGETIMESTAMP = 'Y' THEN 'row change' WHEN c.GENERATED = 'A' THEN 'always'
      WHEN c.IDENTITY = 'Y' THEN 'identity' END AS FILLED,
    c.REMARKS
  FROM SYSCAT.TABLES t
  JOIN SYSCAT.COLUMNS c ON c.TABSCHEMA = t.TABSCHEMA AND c.TABNAME = t.TABNAME
  LEFT JOIN SYSCAT.DATATYPES d ON d.TYPESCHEMA = c.TYPESCHEMA AND d.TYPENAME = c.TYPENAME
    AND d.TYPEMODULENAME IS NULL
  WHERE {SHOWN}
) s"
    )
}

/// Keys are unique indexes: DB2 makes one for every enforced key, or takes one that is there. Columns that an
/// index only carries along have the order `I`; an index over expressions has virtual columns.
fn keys() -> String {
    format!(
        "SELECT RTRIM(i.TABSCHEMA), i.TABNAME, i.INDNAME,
  CASE i.UNIQUERULE WHEN 'P' THEN '1' ELSE '0' END, RTRIM(CHAR(k.COLSEQ)), k.COLNAME
FROM SYSCAT.INDEXES i
JOIN SYSCAT.TABLES t ON t.TABSCHEMA = i.TABSCHEMA AND t.TABNAME = i.TABNAME
JOIN SYSCAT.INDEXCOLUSE k ON k.INDSCHEMA = i.INDSCHEMA AND k.INDNAME = i.INDNAME
WHERE i.UNIQUERULE IN ('P', 'U') AND k.COLORDER <> 'I'
  AND NOT EXISTS (SELECT 1 FROM SYSCAT.INDEXCOLUSE e
    WHERE e.INDSCHEMA = i.INDSCHEMA AND e.INDNAME = i.INDNAME AND e.VIRTUAL <> 'N')
  AND {SHOWN}"
    )
}

fn foreign_keys() -> String {
    format!(
        "SELECT RTRIM(r.TABSCHEMA), r.TABNAME, r.CONSTNAME, RTRIM(CHAR(a.COLSEQ)), a.COLNAME,
  RTRIM(r.REFTABSCHEMA), r.REFTABNAME, b.COLNAME
FROM SYSCAT.REFERENCES r
JOIN SYSCAT.TABLES t ON t.TABSCHEMA = r.TABSCHEMA AND t.TABNAME = r.TABNAME
JOIN SYSCAT.KEYCOLUSE a ON a.CONSTNAME = r.CONSTNAME AND a.TABSCHEMA = r.TABSCHEMA AND a.TABNAME = r.TABNAME
JOIN SYSCAT.KEYCOLUSE b ON b.CONSTNAME = r.REFKEYNAME AND b.TABSCHEMA = r.REFTABSCHEMA
  AND b.TABNAME = r.REFTABNAME AND b.COLSEQ = a.COLSEQ
WHERE {SHOWN}"
    )
}
