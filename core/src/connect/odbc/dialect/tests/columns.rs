//! Columns as the catalogs give them: `type name|declaration|length|precision|scale`.

/// All types of a system.
pub fn of(dialect: &str) -> &'static str {
    match dialect {
        "db2" => DB2,
        "postgresql" => POSTGRESQL,
        "sql_server" => SQL_SERVER,
        "oracle" => ORACLE,
        "mariadb" => MARIADB,
        "sqlite" => SQLITE,
        "generic" => GENERIC,
        other => panic!("no columns for {other}"),
    }
}

const POSTGRESQL: &str = r#"
    boolean
    smallint
    integer
    bigint
    oid
    numeric
    numeric|numeric(12,2)||12|2
    numeric|numeric(5,-2)||5|-2
    numeric|numeric(2,5)||2|5
    numeric|numeric(50,2)||50|2
    money
    real
    double precision
    character varying
    character varying|character varying(64)|64
    text
    text|text collate "no case"
    character|character(10)|10
    citext
    citext|public.citext
    "char"
    name
    enum|mood
    enum|hr."My Mood"
    enum|x) = 1 --
    json
    jsonb
    xml
    inet
    cidr
    macaddr
    macaddr8
    interval
    interval|interval(3)
    bit|bit(4)|4
    bit varying
    uuid
    bytea
    date
    time without time zone
    time without time zone|time(3) without time zone
    time with time zone
    timestamp without time zone
    timestamp without time zone|timestamp(0) without time zone
    timestamp with time zone
    timestamp with time zone|timestamp(3) with time zone
    hstore
    ltree
    array|text[]
    range|int4range
    composite|comp
    point
    tsvector
    pg_lsn
"#;

const MARIADB: &str = "
    tinyint|tinyint(1)||3|0
    tinyint|tinyint(4)||3|0
    tinyint|tinyint(1) unsigned||3|0
    smallint|smallint(6)||5|0
    mediumint|mediumint(8) unsigned||7|0
    int|int(11)||10|0
    int|int||10|0
    int|int(10) unsigned||10|0
    bigint|bigint(20)||19|0
    bigint|bigint(20) unsigned||20|0
    bit|bit(1)||1
    bit|bit(8)||8
    bit|bit(64)||64
    year|year(4)
    decimal|decimal(12,2)||12|2
    decimal|decimal(65,30)||65|30
    float
    double
    char|char(10)|10
    varchar|varchar(64)|64
    text|text|65535
    longtext|longtext|4294967295
    enum|enum('a','b)')|2
    set|set('a','b')|3
    json
    inet6
    binary|binary(16)|16
    varbinary|varbinary(20)|20
    longblob|longblob|4294967295
    date
    time
    time|time(6)
    datetime
    datetime|datetime(3)
    datetime|datetime(6)
    timestamp
    timestamp|timestamp(6)
    uuid
    point
    vector|vector(3)
";

const DB2: &str = "
    BOOLEAN
    SMALLINT
    INTEGER
    BIGINT
    DECIMAL|DECIMAL(12,2)||12|2
    DECFLOAT|DECFLOAT(34)
    REAL
    DOUBLE
    CHARACTER|CHARACTER(10)|10
    CHARACTER|CHARACTER(16) FOR BIT DATA|16
    VARCHAR|VARCHAR(64)|64
    VARCHAR|VARCHAR(20000)|20000
    VARCHAR|VARCHAR(64) FOR BIT DATA|64
    LONG VARCHAR|LONG VARCHAR|32700
    LONG VARCHAR|LONG VARCHAR FOR BIT DATA|32700
    GRAPHIC|GRAPHIC(10)|10
    VARGRAPHIC|VARGRAPHIC(64)|64
    CLOB|CLOB(1048576)|1048576
    DBCLOB|DBCLOB(1048576)|1048576
    BINARY|BINARY(16)|16
    VARBINARY|VARBINARY(20)|20
    BLOB|BLOB(1048576)|1048576
    DATE
    TIME
    TIMESTAMP|TIMESTAMP(0)
    TIMESTAMP|TIMESTAMP(6)
    TIMESTAMP|TIMESTAMP(12)
    XML
    REFERENCE
    ADDRESS_T
";

const SQL_SERVER: &str = "
    bit
    tinyint
    smallint
    int
    bigint
    decimal|decimal(12,2)||12|2
    numeric|numeric(38,0)||38|0
    money
    smallmoney
    real
    float|float(53)
    char|char(10)|10
    varchar|varchar(64)|64
    varchar|varchar(max)
    text
    nchar|nchar(10)|10
    nvarchar|nvarchar(64)|64
    nvarchar|nvarchar(max)
    ntext
    sysname
    xml
    json
    uniqueidentifier
    binary|binary(16)|16
    varbinary|varbinary(20)|20
    varbinary|varbinary(max)
    image
    date
    time|time(3)
    time|time(7)
    datetime
    smalldatetime
    datetime2|datetime2(0)
    datetime2|datetime2(6)
    datetime2|datetime2(7)
    datetimeoffset|datetimeoffset(6)
    timestamp
    sql_variant
    hierarchyid
    geography
    vector
    Point3D
";

const ORACLE: &str = "
    NUMBER
    NUMBER|NUMBER(1,0)||1|0
    NUMBER|NUMBER(18,0)||18|0
    NUMBER|NUMBER(19,0)||19|0
    NUMBER|NUMBER(38,0)||38|0
    NUMBER|NUMBER(12,2)||12|2
    NUMBER|NUMBER(5,-2)||5|-2
    NUMBER|NUMBER(2,5)||2|5
    FLOAT
    BINARY_FLOAT
    BINARY_DOUBLE
    BOOLEAN
    CHAR|CHAR(10)|10
    NCHAR|NCHAR(10)|10
    VARCHAR2|VARCHAR2(64)|64
    NVARCHAR2|NVARCHAR2(64)|64
    CLOB
    NCLOB
    XMLTYPE
    JSON
    RAW|RAW(16)|16
    BLOB
    DATE
    TIMESTAMP(0)
    TIMESTAMP(6)
    TIMESTAMP(9)
    TIMESTAMP(6) WITH TIME ZONE
    TIMESTAMP(3) WITH LOCAL TIME ZONE
    INTERVAL YEAR(2) TO MONTH
    INTERVAL DAY(2) TO SECOND(6)
    LONG
    LONG RAW
    ROWID
    BFILE
    VECTOR
    SDO_GEOMETRY
";

const SQLITE: &str = "
    BOOLEAN
    INTEGER
    BIGINT
    DECIMAL(12,2)
    NUMERIC
    REAL
    VARCHAR(64)
    TEXT
    BLOB
    DATE
    TIME
    TIMESTAMP
    TIMESTAMP WITH TIME ZONE
    GUID
    geometry
";

const GENERIC: &str = "
    BIT
    COUNTER
    INTEGER
    DECIMAL|||12|2
    DECIMAL|||40|2
    DOUBLE
    VARCHAR||64
    LONGCHAR
    LONGBINARY
    DATE
    TIME
    DATETIME
    GUID
    hyperlink
";
