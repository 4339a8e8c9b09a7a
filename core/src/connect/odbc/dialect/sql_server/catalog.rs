//! The catalog of SQL Server (S1), from the views of `sys` in the database of the connection. Needs SQL Server
//! 2016. The views show what the user may see.

use crate::connect::odbc::dialect::CatalogQueries;

pub fn queries() -> CatalogQueries {
    CatalogQueries {
        tables: TABLES.to_owned(),
        columns: COLUMNS.to_owned(),
        keys: KEYS.to_owned(),
        foreign_keys: FOREIGN_KEYS.to_owned(),
    }
}

/// The history of a temporal table is written by the server alone, and left out.
const TABLES: &str = "SELECT s.name, o.name, CASE o.type WHEN 'V' THEN '1' ELSE '0' END,
  CAST(d.value AS nvarchar(4000))
FROM sys.objects o
JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN sys.tables t ON t.object_id = o.object_id
LEFT JOIN sys.extended_properties d
  ON d.class = 1 AND d.major_id = o.object_id AND d.minor_id = 0 AND d.name = N'MS_Description'
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND COALESCE(t.temporal_type, 0) <> 1";

/// Alias types are shown as the type they stand for; types of the runtime have none, and keep their name.
/// Values of an identity column cannot be given without a switch for the whole table, so it counts as written
/// by the server alone.
const COLUMNS: &str = "SELECT s.name, o.name, c.name, CAST(c.column_id AS varchar(10)), b.name,
  b.name + CASE
    WHEN b.name IN ('char', 'varchar', 'binary', 'varbinary')
      THEN '(' + CASE c.max_length WHEN -1 THEN 'max' ELSE CAST(c.max_length AS varchar(10)) END + ')'
    WHEN b.name IN ('nchar', 'nvarchar')
      THEN '(' + CASE c.max_length WHEN -1 THEN 'max' ELSE CAST(c.max_length / 2 AS varchar(10)) END + ')'
    WHEN b.name IN ('decimal', 'numeric')
      THEN '(' + CAST(c.precision AS varchar(3)) + ',' + CAST(c.scale AS varchar(3)) + ')'
    WHEN b.name IN ('time', 'datetime2', 'datetimeoffset') THEN '(' + CAST(c.scale AS varchar(3)) + ')'
    WHEN b.name = 'float' THEN '(' + CAST(c.precision AS varchar(3)) + ')'
    ELSE '' END,
  CASE WHEN c.max_length = -1 THEN NULL
    WHEN b.name IN ('char', 'varchar', 'binary', 'varbinary') THEN CAST(c.max_length AS varchar(10))
    WHEN b.name IN ('nchar', 'nvarchar') THEN CAST(c.max_length / 2 AS varchar(10)) END,
  CASE WHEN b.name IN ('decimal', 'numeric') THEN CAST(c.precision AS varchar(3)) END,
  CASE WHEN b.name IN ('decimal', 'numeric') THEN CAST(c.scale AS varchar(3)) END,
  CASE c.is_nullable WHEN 1 THEN '1' ELSE '0' END,
  CAST(f.definition AS nvarchar(4000)),
  CASE WHEN c.is_identity = 1 OR c.is_computed = 1 OR c.generated_always_type <> 0 OR b.name = 'timestamp'
      THEN 'always'
    WHEN f.definition LIKE '%NEXT VALUE FOR%' THEN 'identity' END,
  CAST(d.value AS nvarchar(4000))
FROM sys.objects o
JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN sys.tables t ON t.object_id = o.object_id
JOIN sys.columns c ON c.object_id = o.object_id
JOIN sys.types u ON u.user_type_id = c.user_type_id
JOIN sys.types b ON b.user_type_id =
  CASE WHEN u.is_user_defined = 1 AND u.is_assembly_type = 0 OR u.name = N'sysname'
    THEN u.system_type_id ELSE u.user_type_id END
LEFT JOIN sys.default_constraints f
  ON f.parent_object_id = c.object_id AND f.parent_column_id = c.column_id
LEFT JOIN sys.extended_properties d
  ON d.class = 1 AND d.major_id = c.object_id AND d.minor_id = c.column_id AND d.name = N'MS_Description'
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND COALESCE(t.temporal_type, 0) <> 1";

/// Keys are unique indexes: every key has one, of its own name.
const KEYS: &str = "SELECT s.name, o.name, i.name, CASE i.is_primary_key WHEN 1 THEN '1' ELSE '0' END,
  CAST(k.key_ordinal AS varchar(10)), c.name
FROM sys.indexes i
JOIN sys.objects o ON o.object_id = i.object_id
JOIN sys.schemas s ON s.schema_id = o.schema_id
JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE i.is_unique = 1 AND i.has_filter = 0 AND i.is_disabled = 0 AND i.is_hypothetical = 0
  AND k.is_included_column = 0 AND k.key_ordinal > 0
  AND o.type IN ('U', 'V') AND o.is_ms_shipped = 0";

const FOREIGN_KEYS: &str =
    "SELECT s.name, o.name, f.name, CAST(k.constraint_column_id AS varchar(10)), a.name,
  m.name, r.name, b.name
FROM sys.foreign_keys f
JOIN sys.objects o ON o.object_id = f.parent_object_id
JOIN sys.schemas s ON s.schema_id = o.schema_id
JOIN sys.objects r ON r.object_id = f.referenced_object_id
JOIN sys.schemas m ON m.schema_id = r.schema_id
JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id
JOIN sys.columns a ON a.object_id = k.parent_object_id AND a.column_id = k.parent_column_id
JOIN sys.columns b ON b.object_id = k.referenced_object_id AND b.column_id = k.referenced_column_id
WHERE f.is_disabled = 0";
