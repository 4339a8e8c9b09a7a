//! The catalog of SQLite (S1), from its table-valued functions. Needs SQLite 3.37.

use crate::connect::odbc::dialect::CatalogQueries;

pub fn queries() -> CatalogQueries {
    CatalogQueries {
        tables: TABLES.to_owned(),
        columns: COLUMNS.to_owned(),
        keys: KEYS.to_owned(),
        foreign_keys: FOREIGN_KEYS.to_owned(),
    }
}

/// Shadow tables hold what virtual tables (full text search, for one) are made of.
const TABLES: &str = "SELECT NULL, m.name, CASE m.type WHEN 'view' THEN '1' ELSE '0' END, NULL
FROM sqlite_schema m
WHERE m.type IN ('table', 'view') AND substr(m.name, 1, 7) <> 'sqlite_'
  AND m.name NOT IN (SELECT l.name FROM pragma_table_list l WHERE l.schema = 'main' AND l.type = 'shadow')";

/// The only column of an `INTEGER` primary key is the number of the row: filled when nothing is given.
const COLUMNS: &str =
    "SELECT NULL, m.name, x.name, CAST(x.cid + 1 AS TEXT), x.type, x.type, NULL, NULL, NULL,
  CASE WHEN x.\"notnull\" OR x.pk > 0 THEN '0' ELSE '1' END,
  CASE WHEN x.hidden = 0 THEN x.dflt_value END,
  CASE WHEN x.hidden IN (2, 3) THEN 'always'
    WHEN x.pk = 1 AND upper(x.type) = 'INTEGER'
      AND (SELECT max(y.pk) FROM pragma_table_xinfo(m.name) y) = 1 THEN 'identity' END,
  NULL
FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) x
WHERE m.type IN ('table', 'view') AND substr(m.name, 1, 7) <> 'sqlite_' AND x.hidden <> 1";

/// Primary keys have no name; that of their index would begin with `sqlite_` and say no more.
const KEYS: &str = "SELECT NULL, m.name, 'PRIMARY', '1', CAST(x.pk AS TEXT), x.name
FROM sqlite_schema m JOIN pragma_table_info(m.name) x
WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_' AND x.pk > 0
UNION ALL
SELECT NULL, m.name, l.name, '0', CAST(i.seqno + 1 AS TEXT), i.name
FROM sqlite_schema m JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i
WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_'
  AND l.\"unique\" AND l.origin <> 'pk' AND NOT l.partial
  AND NOT EXISTS (SELECT 1 FROM pragma_index_info(l.name) e WHERE e.name IS NULL)";

/// `REFERENCES table` without columns means the primary key. The table may be written in another case than
/// where it was created.
const FOREIGN_KEYS: &str = "SELECT NULL, m.name, 'fk_' || f.id, CAST(f.seq + 1 AS TEXT), f.\"from\", NULL,
  coalesce(r.name, f.\"table\"),
  coalesce(f.\"to\", (SELECT y.name FROM pragma_table_info(f.\"table\") y WHERE y.pk = f.seq + 1))
FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
LEFT JOIN (SELECT name FROM sqlite_schema WHERE type = 'table') r ON r.name = f.\"table\" COLLATE NOCASE
WHERE m.type = 'table' AND substr(m.name, 1, 7) <> 'sqlite_'";

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    /// Rows of a query as text, sorted; NULL is a hyphen.
    fn rows(sql: &str) -> Vec<String> {
        let database = Connection::open_in_memory().unwrap();
        database
            .execute_batch(
                "CREATE TABLE people (id INTEGER PRIMARY KEY, mail VARCHAR(64) NOT NULL UNIQUE, a, b DEFAULT 'x',
                   upper_mail TEXT GENERATED ALWAYS AS (upper(mail)) STORED, boss REFERENCES People, UNIQUE (b, a));
                 CREATE UNIQUE INDEX lower_mail ON people (lower(mail));
                 CREATE UNIQUE INDEX some ON people (a) WHERE a > 1;
                 CREATE TABLE `two words` (x INT, y INT, z INT, PRIMARY KEY (y, x),
                   FOREIGN KEY (x, z) REFERENCES `two words` (y, x)) WITHOUT ROWID;
                 CREATE VIEW v AS SELECT id, mail FROM people;",
            )
            .unwrap();
        let mut statement = database.prepare(sql).unwrap();
        let columns = statement.column_count();
        let mut rows: Vec<String> = statement
            .query_map([], |row| {
                let cells = (0..columns)
                    .map(|cell| Ok(row.get::<_, Option<String>>(cell)?.unwrap_or_else(|| "-".to_owned())))
                    .collect::<rusqlite::Result<Vec<_>>>()?;
                Ok(cells.join("|"))
            })
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        rows.sort();
        rows
    }

    #[test]
    fn the_catalog_is_read() {
        let queries = queries();
        assert_eq!(rows(&queries.tables), ["-|people|0|-", "-|two words|0|-", "-|v|1|-"]);
        assert_eq!(
            rows(&queries.columns),
            [
                "-|people|a|3|||-|-|-|1|-|-|-",
                "-|people|boss|6|||-|-|-|1|-|-|-",
                "-|people|b|4|||-|-|-|1|'x'|-|-",
                "-|people|id|1|INTEGER|INTEGER|-|-|-|0|-|identity|-",
                "-|people|mail|2|VARCHAR(64)|VARCHAR(64)|-|-|-|0|-|-|-",
                "-|people|upper_mail|5|TEXT|TEXT|-|-|-|1|-|always|-",
                "-|two words|x|1|INT|INT|-|-|-|0|-|-|-",
                "-|two words|y|2|INT|INT|-|-|-|0|-|-|-",
                "-|two words|z|3|INT|INT|-|-|-|1|-|-|-",
                "-|v|id|1|INTEGER|INTEGER|-|-|-|1|-|-|-",
                "-|v|mail|2|VARCHAR(64)|VARCHAR(64)|-|-|-|1|-|-|-",
            ]
        );
        assert_eq!(
            rows(&queries.keys),
            [
                "-|people|PRIMARY|1|1|id",
                "-|people|sqlite_autoindex_people_1|0|1|mail",
                "-|people|sqlite_autoindex_people_2|0|1|b",
                "-|people|sqlite_autoindex_people_2|0|2|a",
                "-|two words|PRIMARY|1|1|y",
                "-|two words|PRIMARY|1|2|x",
            ]
        );
        assert_eq!(
            rows(&queries.foreign_keys),
            [
                "-|people|fk_0|1|boss|-|people|id",
                "-|two words|fk_0|1|x|-|two words|y",
                "-|two words|fk_0|2|z|-|two words|x",
            ]
        );
    }
}
