//! Random projects: every part of the file format, with names nobody would choose.

use std::collections::BTreeMap;

use proptest::{collection::vec, option, prelude::*, sample::select};
use syncwright_core::{
    project::{
        Access, Action, ActionEvent, ActionTime, Authentication, AutoFill, BaseObject, CharacterConversion,
        CollisionDetection, ColumnGroup, ConcurrenceBehaviour, Condition, Connection, CsvFormat,
        DataOperation, DataOperations, DependencyResolution, Direction, EmptySource, Exclusion,
        ExclusionTest, Exclusions, FORMAT_VERSION, ForeignKey, Formula, Generated, GradedMatching, Hierarchy,
        IncompatibleData, Kept, Lifecycle, Literal, LogLevel, LookupEntry, LookupSource, Mapping,
        MappingDirection, MatchExpression, MatchingRule, MemberFilter, Method, MethodChoice, Methods,
        MultiValueWrite, Newline, OperationLimits, OperationStrategy, Pool, Project, PropertyFlags,
        PropertyRule, Provider, Quota, Quotas, RateLimit, RemoteServer, RuleKind, SampleDatabase, Schedule,
        Schema, SchemaClass, SchemaProperty, SchemaType, ScriptLanguage, SecretStore, SendOn, Side, Snippet,
        SortOrder, StartUpConfiguration, Step, System, TargetSystemTable, TargetSystemType, Transformation,
        Validation, Variable, VariableSet, VirtualKind, VirtualProperty, WhenBusy, WhenMissing, Workflow,
    },
    value::ValueType,
};

/// Text with quotes, backslashes, line ends, comment marks, other scripts.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        4 => "[a-z_]{1,6}",
        3 => vec(
            select(vec![
                "\"", "\\", "\n", "\r\n", "\t", "'", "#", "r#\"", "\"#", "//", "/*", "None", "Some(", "(", ")",
                ",", "ż", "東京", "🦀", "\u{0}", "\u{7f}", "\u{feff}", "\u{2028}", "%", " ", "true", "-1",
            ]),
            0..5,
        )
        .prop_map(|parts| parts.concat()),
        1 => any::<String>().prop_map(|text| text.chars().take(12).collect()),
    ]
    .boxed()
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(text(), 0..3)
}

fn maybe<T: Clone + std::fmt::Debug>(strategy: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    option::weighted(0.4, strategy)
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<bool>().prop_map(Literal::Boolean),
        any::<i64>().prop_map(Literal::Integer),
        number().prop_map(Literal::Float),
        text().prop_map(Literal::String),
        Just(Literal::Null),
    ]
    .boxed()
}

/// Any finite number, whole ones too.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |value| value.is_finite()),
        (-5_i32..5).prop_map(f64::from),
        Just(1e20),
        Just(0.1),
    ]
    .boxed()
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![text().prop_map(Condition::Expression), text().prop_map(Condition::Script)].boxed()
}

pub fn value_type() -> impl Strategy<Value = ValueType> {
    use ValueType as T;
    prop_oneof![
        select(vec![T::Boolean, T::Integer, T::Float, T::String, T::Binary, T::Date]),
        select(vec![T::Time, T::Timestamp, T::TimestampUtc, T::Guid]),
        (1_u8..=38, 0_i8..=38).prop_map(|(precision, scale)| T::Decimal(precision, scale)),
    ]
    .boxed()
}

fn kept() -> impl Strategy<Value = Kept> {
    prop_oneof![
        select(vec![
            Kept::Exactly,
            Kept::SinglePrecision,
            Kept::WithoutTrailingBlanks,
            Kept::Json,
            Kept::NetworkAddress,
            Kept::HardwareAddress,
            Kept::Respelled,
        ]),
        any::<u8>().prop_map(Kept::FractionDigits),
        any::<u32>().prop_map(Kept::FixedLength),
        texts().prop_map(Kept::OneOf),
        texts().prop_map(Kept::SomeOf),
    ]
}

prop_compose! {
    fn property()(
        (name, native_type, comment) in (text(), text(), text()),
        (value_type, max_length, default_value, unusable) in
            (value_type(), maybe(any::<u32>()), maybe(text()), maybe(text())),
        generated in select(vec![Generated::No, Generated::Identity, Generated::Always]),
        auto_fill in select(vec![AutoFill::None, AutoFill::Guid]),
        incompatible_data in prop_oneof![
            Just(IncompatibleData::RaiseError), Just(IncompatibleData::Minimum),
            Just(IncompatibleData::Maximum), literal().prop_map(IncompatibleData::Default),
        ],
        (flags, keeps) in (any::<[bool; 8]>(), kept()),
    ) -> SchemaProperty {
        let [mandatory, display_value, preferred_key, sensitive, revision_counter, hierarchy_sort,
            scope_reference, compatible_nulls] = flags;
        SchemaProperty {
            name, value_type, native_type, mandatory, max_length, keeps, default_value, generated, comment,
            display_value, preferred_key, sensitive, revision_counter, hierarchy_sort, scope_reference,
            auto_fill, compatible_nulls, incompatible_data, unusable,
        }
    }
}

prop_compose! {
    fn operation()(
        pattern in any::<bool>(), text in text(), required_keys in texts(),
    ) -> DataOperation {
        let strategy =
            if pattern { OperationStrategy::Pattern(text) } else { OperationStrategy::Script(text) };
        DataOperation { strategy, required_keys }
    }
}

prop_compose! {
    fn schema_type()(
        (name, owner, table, display_name) in (text(), maybe(text()), maybe(text()), text()),
        (comment, view, display_template) in (text(), any::<bool>(), maybe(text())),
        properties in vec(property(), 0..3),
        (key, key_declared, unique_keys) in (texts(), any::<bool>(), vec(texts(), 0..3)),
        foreign_keys in vec(
            (texts(), text(), texts(), any::<(bool, bool)>()).prop_map(
                |(properties, references, referenced_properties, (integrity_ensured, declared))| ForeignKey {
                    properties, references, referenced_properties, integrity_ensured, declared,
                }),
            0..2),
        column_groups in
            vec((text(), texts()).prop_map(|(name, properties)| ColumnGroup { name, properties }), 0..2),
        (insert, update, delete) in (maybe(operation()), maybe(operation()), maybe(operation())),
    ) -> SchemaType {
        SchemaType {
            name, owner, table, display_name, comment, view, display_template, properties, key, key_declared,
            unique_keys, foreign_keys, column_groups, operations: DataOperations { insert, update, delete },
        }
    }
}

fn virtual_kind() -> impl Strategy<Value = VirtualKind> {
    use VirtualKind as K;
    prop_oneof![
        literal().prop_map(K::Fixed),
        text().prop_map(K::Pattern),
        text().prop_map(K::Expression),
        (texts(), text()).prop_map(|(reference, property)| K::KeyResolution { reference, property }),
        (maybe(text()), maybe(text())).prop_map(|(read, write)| K::Script { read, write }),
        text().prop_map(K::ColumnGroup),
        (text(), texts(), texts(), text()).prop_map(
            |(schema_type, own_reference, member_reference, property)| K::Members {
                schema_type,
                own_reference,
                member_reference,
                property
            }
        ),
        texts().prop_map(K::CompositeKey),
        (
            text(),
            select(vec![
                CharacterConversion::LowerCase,
                CharacterConversion::UpperCase,
                CharacterConversion::WithoutAccents,
            ])
        )
            .prop_map(|(property, conversion)| K::Convert { property, conversion }),
        (vec(texts(), 0..3), text()).prop_map(|(path, property)| K::ReferencedProperty { path, property }),
    ]
    .boxed()
}

prop_compose! {
    fn schema_class()(
        (name, schema_type, display_name, filter) in (text(), text(), text(), maybe(text())),
        virtual_properties in vec(
            (text(), value_type(), any::<[bool; 3]>(), virtual_kind()).prop_map(
                |(name, value_type, [multi_valued, mandatory, secret], kind)| VirtualProperty {
                    name, value_type, multi_valued, mandatory, secret, kind,
                }),
            0..4),
    ) -> SchemaClass {
        SchemaClass { name, schema_type, display_name, filter, virtual_properties }
    }
}

fn provider() -> impl Strategy<Value = Provider> {
    let when_missing = prop_oneof![
        Just(WhenMissing::Fail),
        Just(WhenMissing::CreateIdentityStore),
        Just(WhenMissing::CreateSample(SampleDatabase::HumanResources)),
        Just(WhenMissing::CreateSample(SampleDatabase::IdentityStore)),
    ];
    let format = (any::<(bool, char, char, Option<char>, bool)>(), text(), maybe(text()), maybe(text()))
        .prop_map(|((header, delimiter, quote, escape, lf), encoding, uid_column, null_value)| CsvFormat {
            header,
            delimiter,
            quote,
            escape,
            newline: if lf { Newline::Lf } else { Newline::CrLf },
            encoding,
            uid_column,
            null_value,
        });
    prop_oneof![
        (text(), when_missing).prop_map(|(file, when_missing)| Provider::Sqlite { file, when_missing }),
        (text(), map(text())).prop_map(|(dialect, attributes)| Provider::Odbc { dialect, attributes }),
        (text(), prop_oneof![Just(CsvFormat::default()), format])
            .prop_map(|(folder, format)| Provider::Csv { folder, format }),
    ]
    .boxed()
}

fn map<T: Clone + std::fmt::Debug + 'static>(
    values: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = BTreeMap<String, T>> {
    proptest::collection::btree_map(text(), values, 0..3)
}

fn access() -> impl Strategy<Value = Access> {
    let remote = (text(), any::<(u16, u32, bool)>(), maybe(text())).prop_map(
        |(server, (port, request_timeout_secs, accept_self_signed_certificates), certificate)| {
            Access::Remote(RemoteServer {
                server,
                port,
                authentication: certificate.map_or(Authentication::SharedSecret, |certificate| {
                    Authentication::MutualTls { certificate }
                }),
                request_timeout_secs,
                accept_self_signed_certificates,
            })
        },
    );
    prop_oneof![Just(Access::Direct), remote].boxed()
}

prop_compose! {
    fn connection()(
        (system_identifier, display_name, category) in (text(), text(), text()),
        (provider, access, time_zone) in (provider(), access(), maybe(text())),
        (initial_sql, partial_schemas) in (texts(), texts()),
        [read_only, production, try_to_ignore_data_errors] in any::<[bool; 3]>(),
        (connect_timeout_secs, query_timeout_secs, fetch_batch_size) in
            any::<(Option<u32>, Option<u32>, Option<u32>)>(),
        isolation_level in maybe(text()),
        pool in maybe(any::<(u32, u32, Option<u32>, Option<u32>)>().prop_map(
            |(max, min_idle, idle_timeout_secs, wait_timeout_secs)| Pool {
                max, min_idle, idle_timeout_secs, wait_timeout_secs,
            })),
        operation_limits in map(any::<(i64, Option<(u32, u64, u64)>)>().prop_map(|(timeout_ms, rate)| {
            let rate = rate.map(|(requests, period_ms, wait_ms)| RateLimit { requests, period_ms, wait_ms });
            OperationLimits { timeout_ms, rate }
        })),
        secret_store in secret_store(),
    ) -> Connection {
        Connection {
            system_identifier, display_name, category, provider, access, read_only, production, time_zone,
            partial_schemas, initial_sql, connect_timeout_secs, query_timeout_secs, isolation_level,
            fetch_batch_size, pool, operation_limits, try_to_ignore_data_errors, secret_store,
        }
    }
}

fn secret_store() -> impl Strategy<Value = SecretStore> {
    select(vec![
        SecretStore::Automatic,
        SecretStore::Keyring,
        SecretStore::EncryptedFile,
        SecretStore::NeverSaved,
    ])
}

fn log_level() -> impl Strategy<Value = LogLevel> {
    select(vec![LogLevel::Error, LogLevel::Warning, LogLevel::Info])
}

prop_compose! {
    fn system()(
        connection in connection(),
        types in vec(schema_type(), 0..3),
        classes in vec(schema_class(), 0..2),
        owners in texts(),
        (scope, reference_scope) in (map(text()), map(text())),
        log_level in log_level(),
    ) -> System {
        System { connection, schema: Schema { types, classes, owners }, scope, reference_scope, log_level }
    }
}

mod rest;

pub use self::rest::project;
