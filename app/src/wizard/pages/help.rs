//! The help column: what each page is for, in a few sentences.

use crate::wizard::Page;

/// The explanation of a page, in paragraphs.
#[must_use]
pub const fn help(page: Page) -> &'static [&'static str] {
    match page {
        Page::Start => &[
            "A project connects two systems: the central system, where the identities live, and a target system \
             that is synchronized with it.",
            "The wizard asks where the target system is, reads its schema, connects the central system, and writes \
             a project file. Nothing is written to any database.",
            "Default mode asks only for what has no default that fits. Expert mode shows every page. Everything can \
             be changed later, under Configuration.",
        ],
        Page::Access => &[
            "Most databases are reached from this workstation. A remote connection server reaches those that are \
             not, for example behind a firewall.",
            "The shared secret, or the key of the certificate, is never part of the project.",
        ],
        Page::DatabaseSystem => &[
            "Databases are reached through their ODBC drivers. What is greyed out lacks its driver on this machine; \
             the card says how to get it.",
            "SQLite files and CSV folders need no driver.",
        ],
        Page::Connection => &[
            "Test connection connects and asks the server for its name. Next does the same.",
            "If it fails, the message shows what the driver says, with its SQLSTATE, and what that usually means.",
            "The password is kept in memory until you say where it shall live, on the page Save configuration. It is \
             never part of the project, and nothing but these pages uses it before you save or apply.",
            "Attributes go to the driver as they are. Mark a production system, and a colour will remind of it \
             wherever it is written.",
        ],
        Page::Describe => &[
            "The system identifier names this system in the whole environment: in labels of outstanding objects, in \
             logs, in the keyring. It cannot be changed once the project is saved.",
            "Projects that connect the same system share its identifier and its password. An identifier that \
             another project gave to another database is told here.",
            "The system category tells several databases of one kind apart: at most 16 letters or digits.",
        ],
        Page::LoadConfiguration => &[
            "A configuration is a file that was saved on the page Save configuration, here or on another machine. \
             It never holds a password.",
            "Later pages start from it and can change everything.",
        ],
        Page::TimeZone => &[
            "Some columns hold a date and a time without a zone. The database means them in some zone, usually \
             that of its server.",
            "With a zone they become points in time and are shown in your local time. Without one they are taken \
             as they stand.",
        ],
        Page::Initializing => &[
            "These statements run on every new connection: the format of dates and numbers, the language, the sort \
             order, a role.",
            "They stand in the project in clear. A secret variable keeps a password out of it: IDENTIFIED BY \
             $Password$.",
            "Next runs them once. An error names the statement.",
        ],
        Page::PartialSchemas => &[
            "Choose the database schemas, or owners, whose tables this project needs. The others are not loaded.",
        ],
        Page::Detection => &[
            "Tables, views, columns, types, keys and relations are read from the catalog. No data is read.",
            "Schemas of well-known products are recognised; what is known of them can be filled in: keys, relations, \
             display templates, revision counters. Decline it to work read-only.",
        ],
        Page::Keys => &[
            "A table needs a key, so that its rows can be told apart. One without takes no part in \
             synchronization.",
            "Tick the columns that make the key. It is checked against the data: duplicates and missing values are \
             counted, with examples.",
            "A column group is a composite key with a name; mappings can use it as one property, \
             vrtColumnGroup and its name.",
        ],
        Page::Relations => &[
            "A relation says that a column holds the key of another object. Those that the database declares are \
             here already.",
            "Type the target as schema.table.column, several with commas; Copy fully qualified column name in the \
             context menu of a column gives it.",
            "Suggestions come from names and from sampled values. Accept those that are true, one by one.",
        ],
        Page::CompleteSchema => &[
            "The display template says how people know an object: %LastName%, %FirstName%. The sample shows it on \
             real rows.",
            "Sensitive values are masked wherever they are shown. A revision counter grows with every change of a \
             row.",
            "Select several columns to set the same on all of them.",
        ],
        Page::DataOperations => &[
            "Only where plain INSERT, UPDATE and DELETE will not do: a stored procedure, several statements.",
            "A pattern is one statement with %Column% placeholders; a script gives statements for each object. \
             Values are always bound, never part of the text.",
            "The dry render shows what becomes of a sample object. Nothing is executed.",
        ],
        Page::ExtendSchema => &[
            "Virtual properties stand beside the columns of a table: a fixed value, a pattern, an expression, a \
             property of a referenced object.",
            "Secret values are never displayed, logged or exported.",
        ],
        Page::SaveConfiguration => &[
            "A template holds the connection and what was set on the schema, without any password. It can be loaded \
             for the next project.",
            "Passwords live in the keyring of this system or in an encrypted file, never in the project. Never \
             saved means that you are asked again after every start.",
            "The password is kept when the project is saved. Another one under the same identifier, a kept \
             connection or a template is replaced only if you agree.",
        ],
        Page::Central => &[
            "The central system holds the identities. A new identity store is a SQLite file beside the project, with \
             tables for identities, departments, accounts and groups.",
            "Any other database can be the central system as well.",
        ],
        Page::Template => &[
            "A project template brings mappings, workflows and its script language. A blank project begins without \
             any.",
        ],
        Page::General => &[
            "The name is the key of the project in this environment. The script language cannot be changed once the \
             project is saved.",
        ],
        Page::Finish => &[
            "Save project writes the file, then keeps the passwords, checks the project and opens it. The next step \
             is a mapping.",
            "The project is inactive: it can be simulated, and runs once it is activated.",
        ],
    }
}
