//! Which class an error has. Rows under `seen` are what real servers and drivers said, shortened; the others are
//! from documentation.

use super::super::{Diagnosis, dialect};
use crate::connect::ErrorKind;

/// Dialect, SQLSTATE, native code, text, class.
type Row = (&'static str, &'static str, i32, &'static str, ErrorKind);

use ErrorKind::{
    Authentication, Cancelled, Connection, Constraint, Deadlock, Driver, Full, IncompatibleData, Locked,
    Missing, NotADatabase, Other, Permission, ReadOnly, SchemaChanged, Timeout, Unsupported,
};

#[rustfmt::skip]
const EVERYWHERE: &[(&str, i32, &str, ErrorKind)] = &[
    // seen
    ("IM002", 0, "Data source name not found and no default driver specified", Driver),
    ("01000", 0, "[unixODBC][Driver Manager]Can't open lib '/usr/lib/nix.so' : file not found", Driver),
    // documentation
    ("IM004", 0, "Driver's SQLAllocHandle on SQL_HANDLE_ENV failed", Driver),
    ("HYT00", 0, "Login timeout expired", Timeout),
    ("HYT01", 0, "Connection timeout expired", Timeout),
    ("HYC00", 0, "Optional feature not implemented", Unsupported),
    ("08S01", 0, "Communication link failure", Connection),
    ("HY000", 0, "something", Other),
    ("42000", 0, "syntax error", Other),
];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // PostgreSQL, seen
    ("postgresql", "08001", 101, "connection to server at \"127.0.0.1\", port 1 failed: Connection refused", Connection),
    ("postgresql", "08001", 101, "connection to server at \"h\", port 1 failed: FATAL:  database \"nix\" does not exist\n", Missing),
    ("postgresql", "08001", 101, "connection to server at \"h\", port 1 failed: FATAL:  role \"nix\" does not exist\n", Authentication),
    ("postgresql", "08001", 101, "could not translate host name \"nix.invalid\" to address", Connection),
    ("postgresql", "23505", 1, "ERROR: duplicate key value violates unique constraint \"e1_pkey\"", Constraint),
    ("postgresql", "23503", 1, "ERROR: insert or update on table \"e2\" violates foreign key constraint", Constraint),
    ("postgresql", "23502", 1, "ERROR: null value in column \"n\" violates not-null constraint", Constraint),
    ("postgresql", "23514", 1, "ERROR: new row violates check constraint", Constraint),
    ("postgresql", "P0001", 1, "ERROR: no Bob here;", Constraint),
    ("postgresql", "22001", 1, "ERROR: value too long for type character varying(3);", IncompatibleData),
    ("postgresql", "22003", 1, "ERROR: integer out of range;", IncompatibleData),
    ("postgresql", "22P02", 1, "ERROR: invalid input syntax for type uuid: \"x\";", IncompatibleData),
    ("postgresql", "22008", 1, "ERROR: date/time field value out of range", IncompatibleData),
    ("postgresql", "22021", 1, "ERROR: invalid byte sequence for encoding \"UTF8\": 0xff;", IncompatibleData),
    ("postgresql", "42P01", 1, "ERROR: relation \"nix\" does not exist;", SchemaChanged),
    ("postgresql", "42703", 1, "ERROR: column \"nix\" does not exist;", SchemaChanged),
    ("postgresql", "428C9", 1, "ERROR: cannot insert a non-DEFAULT value into column \"a\"", SchemaChanged),
    ("postgresql", "42804", 1, "ERROR: column \"id\" is of type integer but expression is of type boolean;", SchemaChanged),
    ("postgresql", "42601", 1, "ERROR: syntax error at or near \"selec\";", Other),
    ("postgresql", "42501", 1, "ERROR: permission denied for table e1;", Permission),
    ("postgresql", "25006", 1, "ERROR: cannot execute INSERT in a read-only transaction;", ReadOnly),
    ("postgresql", "55P03", 1, "ERROR: canceling statement due to lock timeout;", Locked),
    ("postgresql", "55P03", 1, "ERROR: could not obtain lock on row in relation \"e1\";", Locked),
    ("postgresql", "40P01", 1, "ERROR: deadlock detected", Deadlock),
    ("postgresql", "57014", 1, "ERROR: canceling statement due to statement timeout;", Timeout),
    ("postgresql", "57014", 1, "ERROR: canceling statement due to user request;", Cancelled),
    ("postgresql", "57P01", 35, "FATAL: terminating connection due to administrator command;", Connection),
    ("postgresql", "08S01", 35, "SQLExecDirect unable due to the connection lost", Connection),
    // PostgreSQL, documentation
    ("postgresql", "28P01", 1, "password authentication failed for user \"x\"", Authentication),
    ("postgresql", "08001", 101, "FATAL:  password authentication failed for user \"x\"\n", Authentication),
    ("postgresql", "3D000", 1, "database does not exist", Missing),
    ("postgresql", "40001", 1, "could not serialize access due to concurrent update", Deadlock),
    ("postgresql", "53100", 1, "could not extend file: No space left on device", Full),
    ("postgresql", "53300", 1, "sorry, too many clients already", Connection),
    // MariaDB, seen
    ("mariadb", "HY000", 2002, "[ma-3.1.15]Can't connect to server on '127.0.0.1' (115)", Connection),
    ("mariadb", "HY000", 2005, "[ma-3.1.15]Unknown server host 'nix.invalid' (-2)", Connection),
    ("mariadb", "42000", 1049, "[ma-3.1.15]Unknown database 'nix'", Missing),
    ("mariadb", "28000", 1045, "[ma-3.1.15]Access denied for user 't'@'localhost' (using password: YES)", Authentication),
    ("mariadb", "42000", 1044, "[ma-3.1.15]Access denied for user 'p'@'127.0.0.1' to database 'big'", Permission),
    ("mariadb", "42000", 1142, "SELECT command denied to user 'p'@'localhost' for table `demo`.`e1`", Permission),
    ("mariadb", "23000", 1062, "Duplicate entry '1' for key 'PRIMARY'", Constraint),
    ("mariadb", "23000", 1452, "Cannot add or update a child row: a foreign key constraint fails", Constraint),
    ("mariadb", "23000", 1451, "Cannot delete or update a parent row: a foreign key constraint fails", Constraint),
    ("mariadb", "23000", 1048, "Column 'n' cannot be null", Constraint),
    ("mariadb", "HY000", 1364, "Field 'n' doesn't have a default value", Constraint),
    ("mariadb", "23000", 4025, "CONSTRAINT `e1.t` failed for `demo`.`e1`", Constraint),
    ("mariadb", "45000", 1644, "no Bob here", Constraint),
    ("mariadb", "22001", 1406, "Data too long for column 't' at row 1", IncompatibleData),
    ("mariadb", "22003", 1264, "Out of range value for column 'id' at row 1", IncompatibleData),
    ("mariadb", "22007", 1366, "Incorrect integer value: 'x' for column `demo`.`e1`.`id` at row 1", IncompatibleData),
    ("mariadb", "22007", 1292, "Incorrect date value: '2024-02-30' for column", IncompatibleData),
    ("mariadb", "01000", 1265, "Data truncated for column 'e' at row 1", IncompatibleData),
    ("mariadb", "42S02", 1146, "Table 'demo.nix' doesn't exist", SchemaChanged),
    ("mariadb", "42S22", 1054, "Unknown column 'nix' in 'SELECT'", SchemaChanged),
    ("mariadb", "HY000", 1906, "The value specified for generated column 'b' in table 'e4' has been ignored", SchemaChanged),
    ("mariadb", "42000", 1064, "You have an error in your SQL syntax", Other),
    ("mariadb", "25006", 1792, "Cannot execute statement in a READ ONLY transaction", ReadOnly),
    ("mariadb", "HY000", 1290, "The MariaDB server is running with the --read-only option", ReadOnly),
    ("mariadb", "HY000", 1205, "Lock wait timeout exceeded; try restarting transaction", Locked),
    ("mariadb", "40001", 1213, "Deadlock found when trying to get lock; try restarting transaction", Deadlock),
    ("mariadb", "HY018", 1969, "Query execution was interrupted (max_statement_time exceeded)", Timeout),
    ("mariadb", "08S01", 2013, "Lost connection to server during query", Connection),
    ("mariadb", "00000", 0, "[ma-3.1.15][10.11.19-MariaDB-0+deb12u1]", Connection),
    // MariaDB and MySQL, documentation
    ("mariadb", "HY000", 3024, "Query execution was interrupted, maximum statement execution time exceeded", Timeout),
    ("mariadb", "70100", 1317, "Query execution was interrupted", Cancelled),
    ("mariadb", "HY000", 3819, "Check constraint 'c' is violated.", Constraint),
    ("mariadb", "HY000", 1290, "The MySQL server is running with the --secure-file-priv option", Other),
    ("mariadb", "HY000", 1114, "The table 't' is full", Full),
    ("mariadb", "HY000", 1021, "Disk full (/tmp); waiting for someone to free some space...", Full),
    ("mariadb", "08004", 1040, "Too many connections", Connection),
    ("mariadb", "HY000", 2006, "Server has gone away", Connection),
    // SQLite, seen
    ("sqlite", "HY000", 19, "[SQLite]UNIQUE constraint failed: a.id (19)", Constraint),
    ("sqlite", "HY000", 19, "[SQLite]FOREIGN KEY constraint failed (19)", Constraint),
    ("sqlite", "HY000", 1, "[SQLite]no such table: nix (1)", SchemaChanged),
    ("sqlite", "HY000", 1, "[SQLite]no such column: nix (1)", SchemaChanged),
    ("sqlite", "HY000", 1, "[SQLite]near \"selec\": syntax error (1)", Other),
    ("sqlite", "HY000", 1, "[SQLite]JSON path error near 'a value is not of type date' (1)", IncompatibleData),
    ("sqlite", "HY000", 5, "[SQLite]database is locked (5)", Locked),
    ("sqlite", "HY000", 14, "[SQLite]connect failed", Missing),
    ("sqlite", "HY000", 26, "[SQLite]file is not a database (26)", NotADatabase),
    // SQLite, documentation
    ("sqlite", "HY000", 8, "[SQLite]attempt to write a readonly database (8)", ReadOnly),
    ("sqlite", "HY000", 13, "[SQLite]database or disk is full (13)", Full),
    ("sqlite", "HY000", 11, "[SQLite]database disk image is malformed (11)", NotADatabase),
    ("sqlite", "HY000", 9, "[SQLite]interrupted (9)", Cancelled),
    // DB2, from the measured notes on its driver; texts from documentation
    ("db2", "08001", -30082, "SQL30082N  Security processing failed with reason \"24\"", Authentication),
    ("db2", "08001", -30081, "SQL30081N  A communication error has been detected.", Connection),
    ("db2", "08001", -1531, "SQL1531N  The connection failed because the name specified cannot be found", Missing),
    ("db2", "23505", -803, "SQL0803N  One or more values in the INSERT statement are not valid", Constraint),
    ("db2", "23503", -530, "SQL0530N  The insert or update value of the FOREIGN KEY is not equal", Constraint),
    ("db2", "42704", -204, "SQL0204N  \"X.NIX\" is an undefined name.", SchemaChanged),
    // DB2, documentation
    ("db2", "42705", -1013, "SQL1013N  The database alias name could not be found.", Missing),
    ("db2", "42703", -206, "SQL0206N  \"NIX\" is not valid in the context where it is used.", SchemaChanged),
    ("db2", "42501", -551, "SQL0551N  The statement failed because the authorization ID does not have", Permission),
    ("db2", "08004", -1060, "SQL1060N  User does not have the CONNECT privilege.", Permission),
    ("db2", "40001", -911, "SQL0911N  The current transaction has been rolled back. Reason code \"2\".", Deadlock),
    ("db2", "40001", -911, "SQL0911N  The current transaction has been rolled back. Reason code \"68\".", Locked),
    ("db2", "57033", -913, "SQL0913N  Unsuccessful execution caused by deadlock. Reason code \"80\".", Deadlock),
    ("db2", "57011", -964, "SQL0964C  The transaction log for the database is full.", Full),
    ("db2", "23502", -407, "SQL0407N  Assignment of a NULL value to a NOT NULL column", Constraint),
    ("db2", "22001", -433, "SQL0433N  Value \"x\" is too long.", IncompatibleData),
    ("db2", "22007", -180, "SQL0180N  The syntax of the string representation of a datetime value is incorrect.", IncompatibleData),
    ("db2", "70001", -438, "SQL0438N  Application raised error or warning with diagnostic text: \"no Bob\".", Constraint),
    ("db2", "57014", -952, "SQL0952N  Processing was cancelled due to an interrupt.", Cancelled),
    ("db2", "428C9", -798, "SQL0798N  A value cannot be specified for column defined as GENERATED ALWAYS.", SchemaChanged),
    // SQL Server, seen (FreeTDS without a server)
    ("sql_server", "08S01", 20009, "Unable to connect: Adaptive Server is unavailable or does not exist", Connection),
    // SQL Server, documentation
    ("sql_server", "28000", 18456, "Login failed for user 'x'.", Authentication),
    ("sql_server", "42000", 4060, "Cannot open database \"nix\" requested by the login.", Missing),
    ("sql_server", "42000", 229, "The SELECT permission was denied on the object 't'", Permission),
    ("sql_server", "42S02", 208, "Invalid object name 'nix'.", SchemaChanged),
    ("sql_server", "42S22", 207, "Invalid column name 'nix'.", SchemaChanged),
    ("sql_server", "23000", 2627, "Violation of PRIMARY KEY constraint 'p'.", Constraint),
    ("sql_server", "23000", 547, "The INSERT statement conflicted with the FOREIGN KEY constraint \"f\".", Constraint),
    ("sql_server", "42000", 50000, "no Bob here", Constraint),
    ("sql_server", "22001", 8152, "String or binary data would be truncated.", IncompatibleData),
    ("sql_server", "22018", 245, "Conversion failed when converting the varchar value 'x' to data type int.", IncompatibleData),
    ("sql_server", "22007", 241, "Conversion failed when converting date and/or time from character string.", IncompatibleData),
    ("sql_server", "40001", 1205, "Transaction was deadlocked on lock resources with another process", Deadlock),
    ("sql_server", "HY000", 1222, "Lock request time out period exceeded.", Locked),
    ("sql_server", "42000", 9002, "The transaction log for database 'd' is full due to 'LOG_BACKUP'.", Full),
    ("sql_server", "25000", 3906, "Failed to update database \"d\" because the database is read-only.", ReadOnly),
    ("sql_server", "HYT00", -2, "Query timeout expired", Timeout),
    ("sql_server", "42000", 544, "Cannot insert explicit value for identity column", SchemaChanged),
    // Oracle, documentation
    ("oracle", "28000", 1017, "[Oracle][ODBC][Ora]ORA-01017: invalid username/password; logon denied\n", Authentication),
    ("oracle", "08004", 12514, "[Oracle][ODBC][Ora]ORA-12514: TNS:listener does not currently know of service\n", Missing),
    ("oracle", "08001", 12541, "[Oracle][ODBC][Ora]ORA-12541: TNS:no listener\n", Connection),
    ("oracle", "HY000", 0, "[Oracle][ODBC][Ora]ORA-12541: TNS:no listener\n", Connection),
    ("oracle", "42S02", 942, "ORA-00942: table or view does not exist", SchemaChanged),
    ("oracle", "HY000", 904, "ORA-00904: \"NIX\": invalid identifier", SchemaChanged),
    ("oracle", "HY000", 1031, "ORA-01031: insufficient privileges", Permission),
    ("oracle", "23000", 1, "ORA-00001: unique constraint (X.P) violated", Constraint),
    ("oracle", "HY000", 2291, "ORA-02291: integrity constraint (X.F) violated - parent key not found", Constraint),
    ("oracle", "HY000", 20001, "ORA-20001: no Bob here", Constraint),
    ("oracle", "HY000", 12899, "ORA-12899: value too large for column", IncompatibleData),
    ("oracle", "HY000", 1722, "ORA-01722: invalid number", IncompatibleData),
    ("oracle", "HY000", 60, "ORA-00060: deadlock detected while waiting for resource", Deadlock),
    ("oracle", "HY000", 54, "ORA-00054: resource busy and acquire with NOWAIT specified", Locked),
    ("oracle", "HY000", 1653, "ORA-01653: unable to extend table", Full),
    ("oracle", "HY000", 16000, "ORA-16000: database or pluggable database open for read-only access", ReadOnly),
    ("oracle", "HY008", 1013, "ORA-01013: user requested cancel of current operation", Cancelled),
    ("oracle", "HY000", 3113, "ORA-03113: end-of-file on communication channel", Connection),
    // The rest goes by SQLSTATE.
    ("generic", "23000", 17, "duplicate", Constraint),
    ("generic", "42S02", 17, "no table", SchemaChanged),
    ("generic", "22003", 17, "out of range", IncompatibleData),
    ("generic", "28000", 17, "who are you", Authentication),
    ("generic", "40001", 17, "serialization", Deadlock),
];

fn class(id: &str, state: &str, native: i32, text: &str) -> ErrorKind {
    let diagnosis = Diagnosis { state: state.to_owned(), native, text: text.to_owned() };
    dialect(id).unwrap().classify(&diagnosis)
}

#[test]
fn errors_have_classes() {
    for (id, state, native, text, kind) in ROWS {
        assert_eq!(class(id, state, *native, text), *kind, "{id} {state} {native} {text}");
    }
}

#[test]
fn what_odbc_defines_is_the_same_everywhere() {
    for dialect in super::super::all() {
        for (state, native, text, kind) in EVERYWHERE {
            assert_eq!(class(dialect.id(), state, *native, text), *kind, "{} {state} {text}", dialect.id());
        }
    }
}

#[test]
fn only_what_may_pass_is_tried_again() {
    for (id, state, native, text, kind) in ROWS {
        let diagnosis = Diagnosis { state: (*state).to_owned(), native: *native, text: (*text).to_owned() };
        let again = dialect(id).unwrap().is_transient(&diagnosis);
        assert_eq!(again, matches!(kind, Deadlock | Locked | Connection), "{id} {state} {native} {text}");
    }
}

#[test]
fn an_error_can_come_as_a_success() {
    let truncated = Diagnosis { state: "01000".to_owned(), native: 1265, text: "Data truncated".to_owned() };
    let harmless = Diagnosis { state: "01000".to_owned(), native: 1051, text: "Note".to_owned() };
    let mariadb = dialect("mariadb").unwrap();
    assert!(mariadb.is_error_in_disguise(&truncated));
    assert!(!mariadb.is_error_in_disguise(&harmless));
    assert!(!dialect("postgresql").unwrap().is_error_in_disguise(&truncated));
}
