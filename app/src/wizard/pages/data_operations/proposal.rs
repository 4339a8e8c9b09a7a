//! What an operation begins with: the plain statement, written as a pattern or script.

use syncwright_core::{
    connect::odbc::dialect::Dialect,
    expr::{OperationKind, placeholder_name},
    project::{Generated, SchemaProperty, SchemaType},
};

/// The plain statement as a pattern.
pub fn pattern(dialect: &dyn Dialect, schema_type: &SchemaType, kind: OperationKind) -> String {
    let table = dialect.table(schema_type.owner.as_deref(), schema_type.table_name());
    match kind {
        OperationKind::Insert => {
            let columns: Vec<&SchemaProperty> = written(schema_type).collect();
            let names: Vec<String> = columns.iter().map(|column| dialect.quote(&column.name)).collect();
            let values: Vec<String> = columns.iter().map(|column| placeholder(&column.name)).collect();
            format!("INSERT INTO {table} ({})\nVALUES ({})", names.join(", "), values.join(", "))
        }
        OperationKind::Update => {
            let set: Vec<String> = written(schema_type)
                .filter(|column| !schema_type.is_key(&column.name))
                .map(|column| format!("{} = {}", dialect.quote(&column.name), placeholder(&column.name)))
                .collect();
            format!("UPDATE {table}\nSET {}\nWHERE {}", set.join(", "), condition(dialect, schema_type))
        }
        OperationKind::Delete => {
            format!("DELETE FROM {table}\nWHERE {}", condition(dialect, schema_type))
        }
    }
}

/// The plain statement as a script, in both languages.
pub fn script(pattern: &str) -> String {
    if pattern.contains('`') {
        format!("\"{}\"", pattern.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "))
    } else {
        format!("`{pattern}`")
    }
}

fn written(schema_type: &SchemaType) -> impl Iterator<Item = &SchemaProperty> {
    schema_type
        .properties
        .iter()
        .filter(|column| column.unusable.is_none() && column.generated == Generated::No)
}

fn placeholder(column: &str) -> String {
    format!("%{}%", placeholder_name(column))
}

/// Finds the object by the key that it has until then.
fn condition(dialect: &dyn Dialect, schema_type: &SchemaType) -> String {
    let parts: Vec<String> = schema_type
        .key
        .iter()
        .map(|name| format!("{} = %{}:old%", dialect.quote(name), placeholder_name(name)))
        .collect();
    parts.join(" AND ")
}

#[cfg(test)]
mod tests {
    use syncwright_core::{connect::odbc::dialect::dialect, expr::OperationStatement, value::ValueType};

    use super::*;

    #[test]
    fn what_is_proposed_can_be_used() {
        let mut number = SchemaProperty::new("Row No", ValueType::Integer);
        number.generated = Generated::Identity;
        let schema_type = SchemaType {
            name: "users".to_owned(),
            properties: vec![
                SchemaProperty::new("UId", ValueType::String),
                SchemaProperty::new("First Name", ValueType::String),
                number,
            ],
            key: vec!["UId".to_owned()],
            ..SchemaType::default()
        };
        for system in ["postgresql", "mariadb", "generic"] {
            let dialect = dialect(system).expect("a dialect");
            for kind in OperationKind::ALL {
                let text = pattern(dialect, &schema_type, kind);
                let compiled = OperationStatement::compile(&schema_type, kind, &text);
                assert!(compiled.is_ok(), "{system}: {text}: {compiled:?}");
                assert!(!text.contains("Row_No"), "{text}");
                assert!(!script(&text).is_empty());
            }
        }
    }
}
